import {
  createFingerprint,
  createHost,
  type Host,
  type JournalEntry,
  memoryJournal,
  Script,
} from '@holdfast/acquirer'
import { bcdBinary1987, decode, encode } from '@holdfast/iso8583'
import {
  type Engine,
  type FaultCounters,
  type Random,
  type SimulatedWire,
  simulatedWire,
  trueMs,
  type WireConnection,
} from '@holdfast/testing'

export interface SimAcquirer {
  readonly wire: SimulatedWire
  readonly script: Script
  entries(): ReturnType<Host['entries']>
  /** The host dies and comes back on its journal. */
  restart(): void
  /** A host that does not know a repeat again: a mutant. */
  forgetRepeats(): void
  /** Every byte that came over the wire, for the scan's positive control. */
  readonly bytesSeen: { withCard: number }
}

/** The acquirer's host behind real ISO 8583 bytes on simulated connections. */
export function simAcquirer(options: {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly onBytes: (bytes: Uint8Array) => void
  readonly knowsRrn: boolean
}): SimAcquirer {
  const { engine, counters, knowsRrn } = options
  let journal = memoryJournal()
  let forgets = false
  const forgotten: JournalEntry[] = []
  const script = new Script()
  const fingerprint = createFingerprint(new Uint8Array(32).fill(7))
  const open = new Set<WireConnection>()
  const bytesSeen = { withCard: 0 }
  let host = newHost()

  function newHost(): Host {
    return createHost({ nowMs: () => trueMs(engine), journal, fingerprint, script, knowsRrn })
  }

  function serve(connection: WireConnection): void {
    let signedOn = false
    open.add(connection)
    connection.onClose(() => open.delete(connection))
    connection.onMessage((bytes) => {
      options.onBytes(bytes)
      const decoded = decode(bcdBinary1987, bytes)
      if (!decoded.ok) throw new Error(`the gateway sent a malformed message: ${decoded.code}`)
      const { message } = decoded
      if (!signedOn && message.fields[70] !== '001') return connection.close()
      signedOn = true
      if (forgets && message.mti === '0101') forget(message.fields[37] ?? '')
      const reply = host.handle(message)
      engine.tell(
        `acquirer ${message.mti} STAN ${message.fields[11]} RRN ${message.fields[37] ?? '-'} → ${reply.kind === 'silence' ? 'silence' : reply.message.fields[39]}`,
      )
      if (reply.kind === 'silence') return undefined
      if (reply.kind === 'cut') return connection.close()
      const answer = encode(bcdBinary1987, reply.message)
      for (let copy = 0; copy < reply.copies; copy += 1) {
        engine.after(reply.delayMs, 'acquirer answers', () => {
          if (open.has(connection)) sendOver(connection, answer)
        })
      }
      return undefined
    })
  }

  function forget(rrn: string): void {
    forgotten.push(...host.entries().filter((entry) => entry.rrn === rrn))
    const kept = journal.lines().filter((line) => !('ids' in line) || line.ids.rrn !== rrn)
    journal = memoryJournal()
    for (const line of kept) journal.append(line)
    host = newHost()
  }

  const wire = simulatedWire({ ...options, counters, name: 'acquirer link', host: serve })
  return {
    wire,
    script,
    bytesSeen,
    entries: () => [...forgotten, ...host.entries()],
    forgetRepeats() {
      forgets = true
    },
    restart() {
      engine.tell('acquirer restarts')
      for (const connection of open) connection.close()
      open.clear()
      host = newHost()
    },
  }
}

/** The gateway may have hung up a moment ago. */
function sendOver(connection: WireConnection, answer: Uint8Array): void {
  try {
    connection.send(answer)
  } catch {
    connection.close()
  }
}
