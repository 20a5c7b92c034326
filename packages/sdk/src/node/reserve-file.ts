import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'

/** Space that is held in advance, so that a disk that is full still takes voids, marks and outcomes. */
export interface Reserve {
  /** True when the space is held, or could be taken again. */
  ensure(): boolean
  /** Gives the space up; false when there was none to give. */
  free(): boolean
}

export const NO_RESERVE: Reserve = { ensure: () => true, free: () => false }

/** Enough for the journal's side file to come to its checkpoint, from where on it is written over. */
export const RESERVE_BYTES = 4 * 1_048_576

export function reserveFile(file: string, bytes: number): Reserve {
  const isHeld = () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= bytes
  return {
    ensure() {
      if (isHeld()) return true
      try {
        const handle = openSync(file, 'w', 0o600)
        try {
          // Not zeros: a file system that packs them would hold nothing.
          for (let written = 0; written < bytes;) written += writeSync(handle, randomBytes(bytes - written))
          fsyncSync(handle)
        } finally {
          closeSync(handle)
        }
        return true
      } catch {
        rmSync(file, { force: true })
        return false
      }
    },
    free() {
      const held = statSync(file, { throwIfNoEntry: false }) !== undefined
      rmSync(file, { force: true })
      return held
    },
  }
}
