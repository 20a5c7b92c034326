import { BlockList, isIP } from 'node:net'

/**
 * Whether an address is one of the public internet's (IANA special-purpose registries, RFC 6890). Everything else may be
 * a machine of ours: loopback, private, link-local and cloud metadata, shared, documentation, multicast. Of IPv6 only
 * global unicast passes, so an IPv4 address that is mapped (`::ffff:`), translated (`64:ff9b::`) or tunnelled (6to4,
 * Teredo) inside one does not.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false
  switch (isIP(address)) {
    case 4:
      return !specialV4.check(address, 'ipv4')
    case 6:
      return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6')
    default:
      return false
  }
}

const specialV4 = listOf('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])
const globalV6 = listOf('ipv6', ['2000::/3'])
/** IETF protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const specialV6 = listOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

function listOf(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}
