import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

const KEY_BYTES = 32

/** The key of this installation: read, or made on the first start. Durable before it is used. */
export async function loadFingerprintKey(directory: string): Promise<Uint8Array> {
  const path = join(directory, 'fingerprint.key')
  const existing = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing !== undefined) {
    if (existing.length !== KEY_BYTES) throw new Error(`${path} does not hold ${KEY_BYTES} bytes`)
    return existing
  }
  const key = randomBytes(KEY_BYTES)
  const draft = `${path}.new`
  await withFile(await open(draft, 'w', 0o600), async (file) => {
    await file.writeFile(key)
    await file.sync()
  })
  await rename(draft, path)
  await syncDirectory(directory)
  return key
}

/** A new name in a directory survives a power cut only after this. */
export async function syncDirectory(directory: string): Promise<void> {
  await withFile(await open(directory, 'r'), (file) => file.sync())
}

async function withFile(file: FileHandle, use: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
