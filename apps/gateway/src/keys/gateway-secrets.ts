import { fromBase64Url, toBase64Url } from '@holdfast/core'
import { createHmac, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** What must never be in the database: a copy of it alone opens no card and mints no device. */
export interface GatewaySecrets {
  /** Wraps the private halves of the gateway's keys. */
  readonly wrappingKey: Uint8Array
  /** Seals what lives on of a card. */
  readonly vaultKey: Uint8Array
  /** Keys the hashes of device codes, which are too short for a plain hash. */
  readonly codeKey: Uint8Array
}

const SECRET_BYTES = 32

/** From the text of the environment variable or file: 32 random bytes, base64url. Throws when it is not that. */
export function parseGatewaySecrets(text: string): GatewaySecrets {
  const master = fromBase64Url(text.trim())
  if (master === null || master.length !== SECRET_BYTES) {
    throw new Error('The gateway secret is not 32 bytes in base64url; restore it from where it is kept safe')
  }
  return {
    wrappingKey: derive(master, 'wrapping'),
    vaultKey: derive(master, 'vault'),
    codeKey: derive(master, 'device-code'),
  }
}

/** Tells secrets apart and says nothing about them: what a backup names, so that people know which secret it needs. */
export function wrappingKeyId({ wrappingKey }: GatewaySecrets): string {
  const digest = createHmac('sha256', wrappingKey).update('holdfast-wrapping-key-id-v1').digest()
  return toBase64Url(new Uint8Array(digest.subarray(0, 9)))
}

/** Reads the secret; null where there is none. Throws when others may read the file. */
export function readSecretFile(file: string): GatewaySecrets | null {
  return existsSync(file) ? openSecretFile(file) : null
}

/**
 * Reads the secret, or makes it at the first start: durable before it is used, readable by its owner only. Two
 * processes that start at once agree on one. Throws when others may read the file.
 */
export function openSecretFile(file: string): GatewaySecrets {
  if (!existsSync(file)) createSecretFile(file)
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new Error(
      `${file} can be read by others. Run "chmod 600 ${file}", and think about who has read it.`,
    )
  }
  return parseGatewaySecrets(readFileSync(file, 'utf8'))
}

function createSecretFile(file: string): void {
  const folder = path.dirname(file)
  mkdirSync(folder, { recursive: true })
  const draft = `${file}.${toBase64Url(randomBytes(6))}`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `${toBase64Url(randomBytes(SECRET_BYTES))}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  try {
    // A link appears whole or not at all, and never replaces the secret of somebody who was quicker.
    linkSync(draft, file)
    syncFolder(folder)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    rmSync(draft)
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function derive(master: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(createHmac('sha256', master).update(`holdfast-${purpose}-v1`).digest())
}
