import { toBase64Url } from '@holdfast/core'
import { signStatement } from '@holdfast/envelope'
import { generateWebKeyPair, webCrypto, webSigningKey } from '@holdfast/envelope/web'
import type { JournalChange, JournalStore, PaymentQuery } from '../journal/journal-store.ts'
import { Journal } from '../journal/journal.ts'
import type { ConfirmResult, OfflineBehavior, Terminal } from '../terminal-api.ts'
import { openSaleStep } from '../test-support/journal-steps.ts'
import { ACCOUNT_ID, DEVICE_ID, plainLease } from '../test-support/plain-lease.ts'
import { READER_ID, ScriptedReader } from '../test-support/scripted-reader.ts'
import {
  holdTillLock,
  loadOrMakeWebKey,
  openIndexedDbJournalStore,
  openWebTerminal,
  webClock,
} from './index.ts'

/** What the tests call in the page. */

const stores = new Map<string, JournalStore>()

export async function open(handle: string, database: string): Promise<void> {
  stores.set(handle, await openIndexedDbJournalStore(database))
}

export const head = (handle: string) => storeOf(handle).head()
export const commit = (handle: string, version: number, change: JournalChange) =>
  storeOf(handle).commit(version, change)
export const records = (handle: string, query: { afterSeq: number; limit: number }) =>
  storeOf(handle).records(query)
export const payments = (handle: string, query: PaymentQuery) => storeOf(handle).payments(query)
export const payment = (handle: string, id: string) => storeOf(handle).payment(id)
export const value = (handle: string, name: string) => storeOf(handle).value(name)
export const close = (handle: string) => storeOf(handle).close()

/** A newer version of the app opens the database; answers the stores that it finds. */
export function upgrade(database: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 3)
    request.addEventListener('success', () => {
      resolve([...request.result.objectStoreNames])
      request.result.close()
    })
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason')))
    request.addEventListener('blocked', () => reject(new Error('blocked')))
  })
}

/** Appends sales until the browser is killed; tells each one that was acknowledged. */
export async function appendForEver(database: string): Promise<void> {
  const store = await openIndexedDbJournalStore(database)
  const clock = webClock()
  const key = await loadOrMakeWebKey(`${database}-keys`)
  const deps = { store, crypto: webCrypto, key, clock, app: 'page', storeName: 'indexed-db' }
  const gateway = await webSigningKey(await generateWebKeyPair())
  const issuedAtMs = Math.trunc(clock.wallMs())
  const gatewayKeys = [{ keyId: gateway.keyId, publicKey: toBase64Url(gateway.publicKey) }]
  const lease = plainLease({ issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000, gatewayKeys })
  const reader = { id: READER_ID, model: 'scripted', serialNumber: 'S-1' }
  const enrolment = { account: ACCOUNT_ID, mode: 'test', device: DEVICE_ID, key: key.keyId, reader } as const
  const journal =
    (await Journal.open(deps)) ??
    (await Journal.found(deps, enrolment, await signStatement(gateway, 'lease', lease)))
  if (journal === null) throw new Error('The journal was not founded')
  for (;;) {
    const appended = await journal.append(openSaleStep({ amountMinor: 1 }))
    if (!appended.ok) throw new Error(appended.code)
    acknowledge(appended.records.at(-1)?.header.seq ?? 0)
  }
}

let held: Awaited<ReturnType<typeof holdTillLock>> = null

export async function lock(): Promise<boolean> {
  held = await holdTillLock()
  return held !== null
}

export function unlock(): void {
  held?.release()
}

/** The key's id, whether it shows itself, and its public half. */
export async function deviceKey(
  database: string,
): Promise<{ keyId: string; publicKey: string; signature: string }> {
  const key = await loadOrMakeWebKey(database)
  const signature = toBase64Url(await key.sign(new TextEncoder().encode('text')))
  return { keyId: key.keyId, publicKey: toBase64Url(key.publicKey), signature }
}

let terminal: Terminal | null = null

export async function openTerminal(gatewayUrl: string): Promise<string | null> {
  terminal = await openWebTerminal({ gatewayUrl, app: 'page', databaseName: 'till' })
  terminal.useReader(new ScriptedReader())
  return terminal.deviceId
}

export async function enrol(): Promise<string> {
  return (await opened().enrol({ code: 'ABCD2345', name: 'Browser till' })).status
}

export async function sell(offlineBehavior: OfflineBehavior): Promise<ConfirmResult> {
  const created = await opened().createPaymentIntent({ amountMinor: 500, currency: 'eur', offlineBehavior })
  if (created.status !== 'created') return created
  await opened().collectPaymentMethod(created.intent)
  return opened().confirmPaymentIntent(created.intent)
}

export const status = () => opened().offlineStatus()
export const states = async () => (await opened().payments()).map((found) => found.state)

function opened(): Terminal {
  if (terminal === null) throw new Error('no terminal is open')
  return terminal
}

function storeOf(handle: string): JournalStore {
  const store = stores.get(handle)
  if (store === undefined) throw new Error(`no store ${handle}`)
  return store
}

/** Playwright puts it there. */
declare function acknowledge(seq: number): void
