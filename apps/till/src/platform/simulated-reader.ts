import { type Crypto, newId } from '@holdfast/core'
import type { ReadRequest } from '@holdfast/protocol'
import { createSimulatedReader, type ReaderState, type SimulatedReader } from '@holdfast/reader'
import type { PreferenceStorage } from './preferences.ts'

/**
 * The reader of this till. Its serial number and the counters of its cards outlive the page, as those of a real one
 * would. The gateway names it at enrolment; the first sale brings that name, and the reader keeps it from then on.
 */
export function openSimulatedReader(crypto: Crypto, storage: PreferenceStorage): SimulatedReader {
  let identity = savedIdentity(storage) ?? saveIdentity(storage, newIdentity(crypto))
  let reader = build()
  const listeners = new Set<(state: ReaderState) => void>()
  reader.subscribe(tell)

  function build(): SimulatedReader {
    return createSimulatedReader({
      ...identity,
      crypto,
      // All tills of the demo share it, so that a card has the same fingerprint on each. A real reader has a secret.
      fingerprintKey: new TextEncoder().encode('holdfast simulated fingerprints'),
      counters: {
        load: () => parseCounters(storage.getItem(COUNTERS)),
        save: (counters) => storage.setItem(COUNTERS, JSON.stringify(counters)),
      },
    })
  }

  function tell(state: ReaderState): void {
    for (const listener of listeners) listener(state)
  }

  function takeName({ context }: ReadRequest): void {
    if (context.reader === identity.readerId || reader.state() !== 'idle') return
    identity = saveIdentity(storage, { ...identity, readerId: context.reader })
    reader = build()
    reader.subscribe(tell)
  }

  return {
    get info() {
      return reader.info
    },
    begin(request) {
      takeName(request)
      return reader.begin(request)
    },
    complete: (readId, answer) => reader.complete(readId, answer),
    cancel: () => reader.cancel(),
    present: (name) => reader.present(name),
    state: () => reader.state(),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const IDENTITY = 'holdfast.simulated-reader'
const COUNTERS = 'holdfast.simulated-cards'

interface Identity {
  readonly readerId: string
  readonly serialNumber: string
}

function savedIdentity(storage: PreferenceStorage): Identity | null {
  const [readerId, serialNumber] = storage.getItem(IDENTITY)?.split(' ') ?? []
  return readerId === undefined || serialNumber === undefined ? null : { readerId, serialNumber }
}

function saveIdentity(storage: PreferenceStorage, identity: Identity): Identity {
  storage.setItem(IDENTITY, `${identity.readerId} ${identity.serialNumber}`)
  return identity
}

function newIdentity(crypto: Crypto): Identity {
  const readerId = newId('rdr', {
    wallMs: () => Date.now(),
    randomBytes: (length) => crypto.randomBytes(length),
  })
  return { readerId, serialNumber: `SIM${readerId.slice(-9).toUpperCase()}` }
}

function parseCounters(text: string | null): Record<string, number> {
  try {
    // Written by `save` only.
    return JSON.parse(text ?? '{}') as Record<string, number>
  } catch {
    return {}
  }
}
