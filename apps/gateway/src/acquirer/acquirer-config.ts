import type { HostProfile, LinkMac } from '@holdfast/iso8583'
import { linkMac, mustOpenHostProfile } from '@holdfast/iso8583/tcp'
import { defaultHost } from './acquirer-profile.ts'

/**
 * The acquirer's contract and its keys, as the environment names them: `HOLDFAST_ACQUIRER_PROFILE` is the name of one of
 * our profiles or the path of a file.
 * @throws Error that names what is wrong by path and code, and never a key.
 */
export function acquirerConfigOf(variable: (name: string) => string | null): {
  readonly profile: HostProfile
  readonly mac: LinkMac | undefined
} {
  const wanted = variable(PROFILE)
  const profile = wanted === null ? defaultHost : mustOpenHostProfile(PROFILE, wanted)
  const { mac } = profile
  if (mac.kind === 'none') return { profile, mac: undefined }
  const macKey = keyOf(variable, 'HOLDFAST_ACQUIRER_MAC_KEY')
  const keyEncryptionKey =
    mac.keys === 'fixed' ? NO_KEY : keyOf(variable, 'HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY')
  return { profile, mac: linkMac(mac, { macKey, keyEncryptionKey }) }
}

const PROFILE = 'HOLDFAST_ACQUIRER_PROFILE'
const NO_KEY = new Uint8Array()

function keyOf(variable: (name: string) => string | null, name: string): Uint8Array {
  const text = variable(name) ?? ''
  if (!/^[0-9A-Fa-f]{32}$/.test(text)) throw new Error(`${name} does not hold 32 hexadecimal digits`)
  return Uint8Array.from(Buffer.from(text, 'hex'))
}
