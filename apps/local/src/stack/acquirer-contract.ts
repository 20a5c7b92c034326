import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const PROFILE = 'HOLDFAST_ACQUIRER_PROFILE'
const MAC_KEY = 'HOLDFAST_ACQUIRER_MAC_KEY'
const KEY_ENCRYPTION_KEY = 'HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY'

/**
 * What gateway and acquirer must agree on, for both of them: the profile that somebody named, and the keys of its MACs,
 * made once for this home where nobody gave any. Nothing where no profile is named: then both have their own default,
 * which fit each other.
 */
export function acquirerContract(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const profile = environment[PROFILE]
  if (profile === undefined || profile === '') return {}
  const { [MAC_KEY]: macKey, [KEY_ENCRYPTION_KEY]: keyEncryptionKey } = environment
  return {
    [PROFILE]: profile,
    [MAC_KEY]: macKey ?? keyOf(home, 'mac'),
    [KEY_ENCRYPTION_KEY]: keyEncryptionKey ?? keyOf(home, 'key-encryption'),
  }
}

/** Sixteen bytes in hexadecimal. Whoever comes first makes it; a second one finds it. */
function keyOf(home: string, name: string): string {
  const file = path.join(home, `acquirer-${name}.key`)
  mkdirSync(home, { recursive: true })
  try {
    writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8')
}
