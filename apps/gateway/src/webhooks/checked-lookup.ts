import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** The name leads to a machine that webhooks do not go to. */
export class AddressNotPublic extends Error {
  constructor() {
    super('The name of the endpoint leads to an address that is not public')
    this.name = 'AddressNotPublic'
  }
}

export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * For a socket's `lookup`: resolves once, looks at every address, and hands on exactly those, so that the connection
 * goes to what was checked. A name that leads to one private address among public ones is refused whole.
 */
export function checkedLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0]
      if (error !== null) done(error, '')
      else if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        done(new AddressNotPublic(), '')
      else if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}
