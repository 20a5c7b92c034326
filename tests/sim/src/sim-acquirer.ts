import {
  createFingerprint,
  createHost,
  type Host,
  type JournalEntry,
  memoryJournal,
  Script,
} from '@holdfast/acquirer'
import { type HostProfile, type Iso8583Message, type LinkMac, LinkSession } from '@holdfast/iso8583'
import { linkMac, macFunction, wrapKey } from '@holdfast/iso8583/tcp'
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
  /** What the gateway signs its messages with; undefined where the contract has no MACs. */
  readonly gatewayMac: LinkMac | undefined
  /** Of a message on this wire. */
  typeOf(message: Uint8Array): string
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
  readonly contract: HostProfile
  readonly knowsRrn: boolean
}): SimAcquirer {
  const { engine, counters, knowsRrn, contract } = options
  const { mac, wire: profile } = contract
  let journal = memoryJournal()
  let forgets = false
  const forgotten: JournalEntry[] = []
  const script = new Script()
  const fingerprint = createFingerprint(new Uint8Array(32).fill(7))
  const open = new Set<WireConnection>()
  const bytesSeen = { withCard: 0 }
  let host = newHost()

  function newHost(): Host {
    return createHost({ nowMs: () => trueMs(engine), journal, fingerprint, script, profile, knowsRrn })
  }

  function serve(connection: WireConnection): void {
    const session = new LinkSession(profile, mac.kind === 'none' ? undefined : macFunction(mac.kind, MAC_KEY))
    let signedOn = false
    open.add(connection)
    connection.onClose(() => open.delete(connection))
    connection.onMessage((bytes) => {
      options.onBytes(bytes)
      const read = session.read(bytes)
      if (!read.ok) throw new Error(`the gateway sent what the acquirer cannot read: ${read.why}`)
      const { message } = read
      if (!signedOn && message.fields[70] !== SIGN_ON) return connection.close()
      signedOn = true
      if (forgets && REPEATED.has(message.mti)) forget(message.fields[37] ?? '')
      const reply = host.handle(message)
      engine.tell(
        `acquirer ${message.mti} STAN ${message.fields[11]} RRN ${message.fields[37] ?? '-'} → ${reply.kind === 'silence' ? 'silence' : reply.message.fields[39]}`,
      )
      if (reply.kind === 'silence') return undefined
      if (reply.kind === 'cut') return connection.close()
      engine.after(reply.delayMs, 'acquirer answers', () => {
        if (open.has(connection)) answerOver(connection, session, reply)
      })
      return undefined
    })
  }

  function answerOver(
    connection: WireConnection,
    session: LinkSession,
    { message, copies }: { readonly message: Iso8583Message; readonly copies: number },
  ): void {
    const isKeyChange = mac.kind !== 'none' && message.mti === '0810' && message.fields[70] === KEY_CHANGE
    const fields = isKeyChange ? { ...message.fields, 48: wrapKey(KEY_KEY, NEXT_KEY) } : message.fields
    const bytes = session.write({ mti: message.mti, fields })
    for (let copy = 0; copy < copies; copy += 1) sendOver(connection, bytes)
    if (isKeyChange) session.changeKey(macFunction(mac.kind, NEXT_KEY))
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
    gatewayMac: linkMac(mac, { macKey: MAC_KEY, keyEncryptionKey: KEY_KEY }),
    typeOf: (message) =>
      profile.digits === 'bcd'
        ? Buffer.from(message.subarray(0, 2)).toString('hex')
        : Buffer.from(message.subarray(0, 4)).toString('latin1'),
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

const SIGN_ON = '001'
const KEY_CHANGE = '101'
const REPEATED: ReadonlySet<string> = new Set(['0101', '0201'])
const MAC_KEY = new Uint8Array(16).fill(1)
const KEY_KEY = new Uint8Array(16).fill(2)
const NEXT_KEY = new Uint8Array(16).fill(3)

/** The gateway may have hung up a moment ago. */
function sendOver(connection: WireConnection, answer: Uint8Array): void {
  try {
    connection.send(answer)
  } catch {
    connection.close()
  }
}
