import { toBase64Url } from '@holdfast/core'
import { signStatement } from '@holdfast/envelope'
import { generateWebKeyPair, webCrypto, webSigningKey } from '@holdfast/envelope/web'
import type { JournalChange, JournalStore, PaymentQuery, StoredRecord } from '../journal/journal-store.ts'
import { voidDraft } from '../journal/void-draft.ts'
import { Journal } from '../journal/journal.ts'
import { createTerminal } from '../terminal/terminal.ts'
import type { ConfirmResult, OfflineBehavior } from '../sales/payment-intent.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { openSaleStep } from '../test-support/journal-steps.ts'
import { ACCOUNT_ID, DEVICE_ID, plainLease } from '../test-support/plain-lease.ts'
import { READER_ID, ScriptedReader } from '../test-support/scripted-reader.ts'
import {
  acknowledgeLostStorage,
  holdTillLock,
  loadOrMakeWebKey,
  openIndexedDbJournalStore,
  openWebTerminal,
  webClock,
  webNetwork,
  StorageLost,
  StorageUnavailable,
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
    const request = indexedDB.open(database, 4)
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

export const allPayments = async () => {
  const found = []
  for (;;) {
    const beforeId = found.at(-1)?.paymentId
    const page = await opened().payments(beforeId === undefined ? { limit: 500 } : { limit: 500, beforeId })
    found.push(...page)
    if (page.length < 500) return found
  }
}

/** Sells until the browser is killed; tells each payment that was shown as stored. */
export async function sellForEver(gatewayUrl: string): Promise<void> {
  await openTerminal(gatewayUrl)
  for (;;) {
    const result = await sell('force_offline')
    if (result.status !== 'stored') throw new Error(JSON.stringify(result))
    tellStored(result.paymentId)
  }
}

export async function sellUntilRefused(): Promise<{ stored: number; code: string }> {
  for (let stored = 0; ;) {
    const sale = { amountMinor: 500, currency: 'eur', offlineBehavior: 'force_offline' } as const
    const created = await opened().createPaymentIntent(sale)
    if (created.status === 'refused') {
      if (created.code !== 'journal_busy') return { stored, code: created.code }
      continue
    }
    await opened().collectPaymentMethod(created.intent)
    const { status } = await opened().confirmPaymentIntent(created.intent)
    if (status === 'stored') stored += 1
    // It is open and holds its place until somebody closes it, as a cashier would.
    else await opened().cancelPaymentIntent(created.intent.paymentId, 'canceled')
  }
}

/** From nothing that runs to a sale that is stored, with nobody to be reached. */
export async function coldSale(gatewayUrl: string): Promise<{ status: string; tookMs: number }> {
  const startedMs = performance.now()
  await openTerminal(gatewayUrl)
  const { status } = await sell('force_offline')
  return { status, tookMs: performance.now() - startedMs }
}

/** A database as an app of that version has left it. */
export function restoreDump(
  name: string,
  version: number,
  dump: { head: unknown; records: unknown[]; payments: unknown[]; kept: Record<string, string> },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version)
    request.addEventListener('upgradeneeded', () => {
      const database = request.result
      database.createObjectStore('head').put(dump.head, 'head')
      const records = database.createObjectStore('records', { keyPath: 'seq' })
      records.createIndex('by_hash', 'hash', { unique: true })
      for (const record of dump.records) records.put(record)
      const held = database.createObjectStore('payments', { keyPath: 'paymentId' })
      held.createIndex('by_state', ['state', 'paymentId'])
      for (const found of dump.payments) held.put(found)
      const kept = database.createObjectStore('kept')
      for (const [key, text] of Object.entries(dump.kept)) kept.put(text, key)
      if (version >= 2)
        database.createObjectStore('copies', { keyPath: 'hash' }).createIndex('waiting', 'order')
    })
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason')))
    request.addEventListener('success', () => {
      request.result.close()
      resolve()
    })
  })
}

/** The app of today on a queue of an older one, with the key that wrote it; answers when all of it is with the gateway. */
export async function forwardDump(
  name: string,
  gatewayUrl: string,
  key: { pkcs8: string; publicKey: string },
) {
  const algorithm = { name: 'Ed25519' }
  const [pkcs8, raw] = [key.pkcs8, key.publicKey].map((text) =>
    Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
  )
  if (pkcs8 === undefined || raw === undefined) throw new Error('no key')
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  const publicKey = await crypto.subtle.importKey('raw', raw, algorithm, true, ['verify'])
  terminal = await createTerminal({
    store: await openIndexedDbJournalStore(name),
    crypto: webCrypto,
    key: await webSigningKey({ privateKey, publicKey }),
    clock: webClock(),
    network: webNetwork(gatewayUrl),
    app: 'page',
    storeName: 'indexed-db',
  })
  await terminal.flush()
  while (terminal.offlineStatus().queued > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  return allPayments()
}

export async function carry(handle: string, record: StoredRecord) {
  const { copies } = storeOf(handle)
  if (copies === undefined) throw new Error('no copies')
  const { hash, seq, wire } = record
  const copy = { hash, seq, wire, device: DEVICE_ID }
  const added = [await copies.add([copy]), await copies.add([copy])]
  const waiting = (await copies.waiting('', 9)).length
  const received = [{ hash, verdict: { verdict: 'received', code: null } }] as const
  await copies.mark(received, { generation: 1, ownSeq: 5, atMs: 100 })
  const after = (await copies.waiting('', 9)).length
  await copies.settle({ durableSeq: 5, beforeMs: 100, generation: 2 })
  const restored = (await copies.waiting('', 9)).map((copy) => copy.wire.sealed === wire.sealed)
  await copies.mark(received, { generation: 2, ownSeq: 5, atMs: 100 })
  await copies.settle({ durableSeq: 6, beforeMs: 100, generation: 3 })
  return { added, waiting, after, restored, kept: await copies.count(), again: await copies.add([copy]) }
}

/** The browser makes no promise. */
export async function sellWithUnsafeStorage(gatewayUrl: string) {
  await opened().close()
  Object.defineProperty(navigator.storage, 'persist', { value: async () => false })
  Object.defineProperty(navigator.storage, 'persisted', { value: async () => false })
  terminal = await openWebTerminal({
    gatewayUrl,
    app: 'page',
    databaseName: 'till',
    requirePersistentStorage: true,
  })
  terminal.useReader(new ScriptedReader())
  return { sold: await sell('force_offline'), storage: terminal.health().storage }
}

/** As a browser that blocks storage does. */
export async function openWithoutStorage(gatewayUrl: string): Promise<unknown> {
  const open = () => {
    throw new DOMException('blocked', 'SecurityError')
  }
  Object.defineProperty(indexedDB, 'open', { value: open })
  const failed = await openWebTerminal({ gatewayUrl, app: 'page', databaseName: 'other' }).catch(
    (error: unknown) => error,
  )
  return failed instanceof StorageUnavailable ? failed.code : failed
}

/** What an app is told where the browser has emptied its till, and what becomes of it once a person has read that. */
export async function openLost(gatewayUrl: string) {
  const failed = await openTerminal(gatewayUrl).catch((error: unknown) => error)
  const again = await openTerminal(gatewayUrl).catch((error: unknown) => error)
  const told = [failed, again].map((error) =>
    error instanceof StorageLost ? { code: error.code, lost: error.lost } : error,
  )
  return { told, acknowledged: acknowledgeLostStorage('till'), after: await openTerminal(gatewayUrl) }
}

async function foundedOn(store: JournalStore): Promise<Journal> {
  const clock = webClock()
  const key = await loadOrMakeWebKey('founded-keys')
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
  return journal
}

export async function sellWithoutRoom(database: string) {
  let freeBytes = Number.POSITIVE_INFINITY
  const store = await openIndexedDbJournalStore(database, { freeBytes: async () => freeBytes })
  const journal = await foundedOn(store)
  const first = await journal.append(openSaleStep({ amountMinor: 10 }))
  freeBytes = 1_000
  // What was asked a moment ago is believed for a while.
  await new Promise((resolve) => setTimeout(resolve, 5_100))
  const second = await journal.append(openSaleStep({ amountMinor: 10 }))
  const voided = await journal.append({
    load: (reads) => reads.payments({ limit: 9, states: ['OPEN'] }),
    build: (state, open) => ({ do: 'commit', value: null, draft: voidDraft(state, open, 'canceled') }),
  })
  return { opened: first.ok, refused: second.ok ? '' : second.code, voided: voided.ok }
}

export async function damageHead(database: string) {
  const store = await openIndexedDbJournalStore(database)
  const journal = await foundedOn(store)
  await journal.append(openSaleStep({ amountMinor: 10 }))
  const before = journal.state.head.seq
  const raw = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(database)
    request.addEventListener('success', () => resolve(request.result))
  })
  await new Promise<void>((resolve) => {
    const transaction = raw.transaction('head', 'readwrite')
    transaction.objectStore('head').put({ version: 'x' }, 'head')
    transaction.addEventListener('complete', () => resolve())
  })
  raw.close()
  const again = await foundedOn(store)
  // Its own epoch, and the void of the sale that was open.
  return { before, after: again.state.head.seq, accepts: again.accepts }
}

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
declare function tellStored(paymentId: string): void
