import { nodeCrypto } from '@holdfast/envelope/node'
import { must } from '@holdfast/core'
import type { TerminalDeps } from '../device.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import { openSqliteJournalStore } from '../node/sqlite-journal-store.ts'
import type { PlatformHints } from '../platform-hints.ts'
import type { CreatePaymentIntent, PaymentIntent } from '../sales/payment-intent.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import type { TerminalEvent } from '../terminal-events.ts'
import type { ReaderDriver } from '../reader-driver.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { deviceKey } from './device-key.ts'
import { ScriptedGateway } from './scripted-gateway.ts'
import { ScriptedReader } from './scripted-reader.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface World {
  readonly clock: VirtualClock
  readonly gateway: ScriptedGateway
  readonly reader: ScriptedReader
  readonly store: JournalStore
  readonly terminal: Terminal
  readonly events: TerminalEvent[]
}

/** An enrolled device that is online and idle, on virtual time. */
export async function openWorld(
  options: {
    readonly store?: JournalStore
    readonly reachability?: TerminalDeps['reachability']
    readonly hints?: PlatformHints
    readonly before?: (gateway: ScriptedGateway) => void
    readonly readerDrivers?: readonly ReaderDriver[]
    /** False leaves the device as it comes out of its box. */
    readonly enrol?: boolean
  } = {},
): Promise<World> {
  const clock = new VirtualClock()
  const gateway = new ScriptedGateway(clock)
  options.before?.(gateway)
  gateway.deviceKeyId = deviceKey.keyId
  const store = options.store ?? memoryStore()
  const reader = new ScriptedReader()
  const { reachability, hints } = options
  const terminal = await createTerminal({
    store,
    crypto: nodeCrypto,
    key: deviceKey,
    clock,
    network: gateway,
    app: 'sdk tests',
    storeName: 'sqlite',
    readerDrivers: options.readerDrivers ?? [],
    ...(reachability === undefined ? {} : { reachability }),
    ...(hints === undefined ? {} : { hints }),
  })
  const events: TerminalEvent[] = []
  terminal.on((event) => events.push(event))
  terminal.useReader(reader)
  if (options.enrol === false) return { clock, gateway, reader, store, terminal, events }
  const enrolled = await terminal.enrol({ code: 'ABCD2345', name: 'Till 1' })
  if (enrolled.status !== 'enrolled') throw new Error(`not enrolled: ${enrolled.code}`)
  await clock.advance(500)
  return { clock, gateway, reader, store, terminal, events }
}

export function memoryStore(): JournalStore {
  return openSqliteJournalStore(':memory:')
}

/** The link goes down, and the device has noticed. */
export async function goOffline({ gateway, clock }: World): Promise<void> {
  gateway.fault = () => ({ reached: false, why: 'refused' })
  await clock.advance(40_000)
}

export async function openSale(
  { terminal }: World,
  input: Partial<CreatePaymentIntent> = {},
): Promise<PaymentIntent> {
  const created = await terminal.createPaymentIntent({ amountMinor: 1_000, currency: 'eur', ...input })
  if (created.status !== 'created') throw new Error(`not created: ${created.code}`)
  return created.intent
}

/** A sale with its card read. */
export async function collectedSale(
  world: World,
  input: Partial<CreatePaymentIntent> = {},
): Promise<PaymentIntent> {
  const intent = await openSale(world, input)
  const collected = await world.terminal.collectPaymentMethod(intent)
  if (collected.status !== 'collected') throw new Error(`not collected: ${JSON.stringify(collected)}`)
  return intent
}

export async function sell(world: World, input: Partial<CreatePaymentIntent> = {}) {
  const intent = await collectedSale(world, input)
  const { value, tookMs } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  return { intent, result: value, tookMs }
}

/** The headers of the journal, oldest first. */
export async function journalOf({
  store,
}: Pick<World, 'store'>): Promise<{ kind: string; [field: string]: unknown }[]> {
  const records = await store.records({ afterSeq: 0, limit: 10_000 })
  return records.map(({ wire }) => JSON.parse(wire.header))
}

export async function headOf({ store }: Pick<World, 'store'>) {
  return must(await store.head(), 'the journal was founded')
}
