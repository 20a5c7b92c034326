import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { createSimulatedReader } from '@holdfast/reader'
import { createTerminal, type Terminal } from '@holdfast/sdk'
import { nodeClock, nodeNetwork, openSqliteJournalStore } from '@holdfast/sdk/node'
import { setTimeout as sleep } from 'node:timers/promises'
import { BENCH_READER_ID } from '../queue/bench-reader.ts'
import { ENROLMENT_CODE } from '../queue/holdfast-queue.ts'
import { type NetworkKind, openFaultyDoor } from './faulty-door.ts'

/** One sale that meets a broken network the moment before the cashier confirms it. */
export interface Trial {
  readonly kind: NetworkKind
  /** What came of the sale: `stored`, `approved`, or why not. */
  readonly result: string
  /** From "confirm" to that result. */
  readonly saleMs: number
  /** From "confirm" to the device's own "offline"; null when it stayed online. */
  readonly offlineMs: number | null
  /** The hand-written way in the same network: does it believe to be online, and when does it know? */
  readonly byHand: { readonly online: boolean; readonly tookMs: number }
}

export async function runTrial(kind: NetworkKind, gatewayPort: number): Promise<Trial> {
  const [ours, theirs] = [await openFaultyDoor(gatewayPort), await openFaultyDoor(gatewayPort)]
  const terminal = await onlineTerminal(ours.url)
  try {
    const created = await terminal.createPaymentIntent({ amountMinor: 1_234, currency: 'eur' })
    if (created.status !== 'created') throw new Error(`not created: ${created.code}`)
    const collected = await terminal.collectPaymentMethod(created.intent)
    if (collected.status !== 'collected') throw new Error(`not collected: ${collected.status}`)
    await askByHand(theirs.url)

    ours.breakAs(kind)
    theirs.breakAs(kind)
    const startedMs = performance.now()
    const offline = whenOffline(terminal, startedMs)
    const byHand = askByHand(theirs.url)
    const confirmed = await terminal.confirmPaymentIntent(created.intent)
    const saleMs = performance.now() - startedMs
    const offlineMs = await Promise.race([offline, sleep(AFTERWARDS_MS).then(() => null)])
    const result = confirmed.status === 'refused' ? confirmed.code : confirmed.status
    return { kind, result, saleMs, offlineMs, byHand: await byHand }
  } finally {
    await terminal.close()
    ours.close()
    theirs.close()
  }
}

/** How long a device may still take to call itself offline after its sale has been decided. */
const AFTERWARDS_MS = 3_000

/** The way that most code asks: a time-out, and any 2xx is the server. */
async function askByHand(url: string): Promise<{ online: boolean; tookMs: number }> {
  const startedMs = performance.now()
  const online = await fetch(`${url}/device/v1/ping?nonce=AAAAAAAAAAAAAAAAAAAAAA`, {
    signal: AbortSignal.timeout(BY_HAND_TIMEOUT_MS),
  }).then(
    async (response) => {
      await response.text()
      return response.ok
    },
    () => false,
  )
  return { online, tookMs: performance.now() - startedMs }
}

export const BY_HAND_TIMEOUT_MS = 5_000

async function onlineTerminal(gatewayUrl: string): Promise<Terminal> {
  const terminal = await createTerminal({
    store: openSqliteJournalStore(':memory:'),
    crypto: nodeCrypto,
    key: nodeSigningKey(generateNodeKey('ed25519')),
    clock: nodeClock(),
    network: nodeNetwork(gatewayUrl),
    app: 'bench',
    storeName: 'sqlite',
  })
  terminal.useReader(
    createSimulatedReader({
      readerId: BENCH_READER_ID,
      serialNumber: 'B-1',
      crypto: nodeCrypto,
      fingerprintKey: new Uint8Array(16),
      present: () => 'visa',
    }),
  )
  const enrolled = await terminal.enrol({ code: ENROLMENT_CODE, name: 'Bench' })
  if (enrolled.status !== 'enrolled') throw new Error(`not enrolled: ${enrolled.code}`)
  while (terminal.offlineStatus().networkStatus !== 'online') await sleep(5)
  return terminal
}

function whenOffline(terminal: Terminal, startedMs: number): Promise<number> {
  return new Promise((resolve) => {
    terminal.on((event) => {
      if (event.type !== 'offlineStatusChanged' || event.status.networkStatus !== 'offline') return
      resolve(performance.now() - startedMs)
    })
  })
}
