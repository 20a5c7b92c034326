import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { type Crypto, newId } from '@holdfast/core'
import { createSimulatedReader, type SimulatedReader } from '@holdfast/reader'

export interface CashierReaderOptions {
  readonly dataDir: string
  readonly crypto: Crypto
  /** As the gateway named it at enrolment; null before. */
  readonly readerId: string | null
}

interface Kept {
  readonly serialNumber: string
  readonly counters: Record<string, number>
}

/** The reader of a robot cashier. Its serial number and the counters of its cards outlive the process. */
export function openCashierReader({ dataDir, crypto, readerId }: CashierReaderOptions): SimulatedReader {
  const file = path.join(dataDir, 'reader.json')
  const ids = { wallMs: Date.now, randomBytes: (length: number) => crypto.randomBytes(length) }
  let kept = load(file) ?? { serialNumber: `SIM${newId('rdr', ids).slice(-9).toUpperCase()}`, counters: {} }
  save(file, kept)
  return createSimulatedReader({
    readerId: readerId ?? newId('rdr', ids),
    serialNumber: kept.serialNumber,
    crypto,
    // Shared with the tills of the demo, so that a card has the same fingerprint on each. A real reader gets a secret.
    fingerprintKey: new TextEncoder().encode('holdfast simulated fingerprints'),
    counters: {
      load: () => kept.counters,
      save: (counters) => {
        kept = { ...kept, counters: { ...counters } }
        save(file, kept)
      },
    },
  })
}

function load(file: string): Kept | null {
  try {
    // Written by `save` only, and whole, since it is renamed into place.
    return JSON.parse(readFileSync(file, 'utf8')) as Kept
  } catch {
    return null
  }
}

function save(file: string, kept: Kept): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, JSON.stringify(kept))
  renameSync(`${file}.new`, file)
}
