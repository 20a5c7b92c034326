import { must, tallyOf, toBase64Url } from '@holdfast/core'
import { openRecord, signStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Lease } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { deviceKey } from '../test-support/device-key.ts'
import { dieAt } from '../test-support/dying-store.ts'
import { openSaleStep } from '../test-support/journal-steps.ts'
import { ACCOUNT_ID, DEVICE_ID } from '../test-support/plain-lease.ts'
import { gatewayKey, sampleEnrolment, sampleLease } from '../test-support/sample-lease.ts'
import { VirtualClock } from '../test-support/virtual-clock.ts'
import { memoryStore } from '../test-support/world.ts'
import { Journal, type JournalDeps } from './journal.ts'
import type { JournalStore } from './journal-store.ts'

test('every record is signed, chained to the one before and valid for the gateway', async () => {
  const deps = depsOn(memoryStore())
  const journal = await founded(deps)
  await journal.append(openSaleStep({ amountMinor: 100 }))
  await journal.append(openSaleStep({ amountMinor: 200 }))
  const records = await deps.store.records({ afterSeq: 0, limit: 10 })
  let prev: string | null = null
  for (const [index, { wire, hash }] of records.entries()) {
    const opened = await openRecord(nodeCrypto, OWNER, wire)
    expect(opened).toMatchObject({ ok: true, record: { hash, header: { seq: index + 1, prev } } })
    prev = hash
  }
  expect(records).toHaveLength(3)
})

test('a start is an epoch of its own, linked to the one before', async () => {
  const deps = depsOn(memoryStore())
  const first = await founded(deps)
  const second = must(await Journal.open(deps), 'enrolled')
  const headers = await headersOf(deps.store)
  expect(headers.map(({ kind, epoch }) => [kind, epoch])).toEqual([
    ['epoch.started', first.epoch],
    ['epoch.started', second.epoch],
  ])
  expect(first.epoch).not.toBe(second.epoch)
})

test('a sale that was open when the process ended is voided at the next start, once, and its place is free', async () => {
  const deps = depsOn(memoryStore())
  const journal = await founded(deps)
  const opened = await journal.append(openSaleStep({ amountMinor: 700 }))
  expect(tallyOf(journal.state.head.exposure.reserved, 'eur')).toEqual({ count: 1, sumMinor: 700 })
  const again = must(await Journal.open(deps), 'enrolled')
  expect(tallyOf(again.state.head.exposure.reserved, 'eur')).toEqual({ count: 0, sumMinor: 0 })
  const payment = await deps.store.payment(opened.ok ? opened.value : '')
  expect(payment).toMatchObject({ state: 'VOIDED', reason: 'abandoned', reserved: false })
  await Journal.open(deps)
  const voids = (await headersOf(deps.store)).filter(({ kind }) => kind === 'payment.voided')
  expect(voids).toHaveLength(1)
})

test('an abandoned sale that a full disk could not close is closed as soon as the disk takes it', async () => {
  const store = memoryStore()
  const disk = { full: false }
  const deps = depsOn({
    ...store,
    head: () => store.head(),
    commit: (version, change) =>
      disk.full && change.append.length > 0
        ? Promise.reject(new Error('ENOSPC'))
        : store.commit(version, change),
  })
  const opened = await (await founded(deps)).append(openSaleStep({ amountMinor: 700 }))
  const paymentId = opened.ok ? opened.value : ''
  disk.full = true
  const again = must(await Journal.open(deps), 'enrolled')
  expect((await store.payment(paymentId))?.state).toBe('OPEN')
  disk.full = false
  const next = await again.append(openSaleStep({ amountMinor: 900 }))
  await again.append(openSaleStep({ amountMinor: 100 }))
  expect(await store.payment(paymentId)).toMatchObject({ state: 'VOIDED', reason: 'abandoned' })
  expect((await store.payment(next.ok ? next.value : ''))?.state).toBe('OPEN')
})

test('a journal of another device key is not opened', async () => {
  const deps = depsOn(memoryStore())
  await founded(deps)
  await expect(Journal.open({ ...deps, key: gatewayKey })).rejects.toThrow('another device key')
})

test('P2: journals that race on one store never exceed the limit together, and the chain stays whole', async () => {
  const store = memoryStore()
  const lease = sampleLease()
  const kinds = { deferred: { ...must(lease.kinds.deferred, 'sample'), storedCount: 5 } }
  const first = await founded(depsOn(store, new HastyClock()), { ...lease, kinds })
  const others = await Promise.all(
    [1, 2].map(async () => must(await Journal.open(depsOn(store, new HastyClock())), 'enrolled')),
  )
  const journals = [first, ...others]
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, sale) =>
      must(journals[sale % 3], 'three').append(openSaleStep({ amountMinor: 10 })),
    ),
  )
  expect(results.filter(({ ok }) => ok)).toHaveLength(5)
  for (const result of results) {
    // Nobody loses the race for ever: who gives way has its turn later.
    if (!result.ok) expect(result.code).toBe('offline_stored_count_above_limit')
  }
  const head = must(await store.head(), 'written')
  expect(tallyOf(head.exposure.reserved, 'eur')).toEqual({ count: 5, sumMinor: 50 })
  const headers = await headersOf(store)
  expect(headers.map(({ seq }) => seq)).toEqual(headers.map((_, index) => index + 1))
})

test('a head that has moved makes the step decide and sign again over the new one', async () => {
  const store = memoryStore()
  const first = await founded(depsOn(store))
  const second = must(await Journal.open(depsOn(store)), 'enrolled')
  await first.append(openSaleStep({ amountMinor: 10 }))
  const appended = await second.append(openSaleStep({ amountMinor: 20 }))
  expect(appended.ok).toBe(true)
  expect(tallyOf(second.state.head.exposure.reserved, 'eur')).toEqual({ count: 2, sumMinor: 30 })
})

test('a head that moves on every try ends as journal_busy, and nothing was written', async () => {
  const store = memoryStore()
  await founded(depsOn(store))
  const journal = must(
    await Journal.open(depsOn({ ...store, commit: async () => 'head_moved' }, new HastyClock())),
    'opens also when it cannot write',
  )
  expect(await journal.append(openSaleStep({ amountMinor: 10 }))).toEqual({ ok: false, code: 'journal_busy' })
  expect(await headersOf(store)).toHaveLength(1)
})

test('a commit that took place although it was rejected counts as committed', async () => {
  const store = memoryStore()
  const faulty: JournalStore = {
    ...store,
    async commit(version, change) {
      await store.commit(version, change)
      throw new Error('the answer was lost')
    },
  }
  const journal = await founded(depsOn(faulty))
  const appended = await journal.append(openSaleStep({ amountMinor: 10 }))
  expect(appended.ok).toBe(true)
  expect(await store.payment(appended.ok ? appended.value : '')).toMatchObject({ state: 'OPEN' })
  expect(journal.accepts).toBe(true)
})

test('a commit that did not take place is journal_failed, and the next one may succeed', async () => {
  const store = memoryStore()
  let full = false
  const faulty: JournalStore = {
    ...store,
    commit: async (version, change) => {
      if (full) throw new Error('the disk is full')
      return store.commit(version, change)
    },
  }
  const journal = await founded(depsOn(faulty))
  full = true
  expect(await journal.append(openSaleStep({ amountMinor: 10 }))).toEqual({
    ok: false,
    code: 'journal_failed',
  })
  expect(await store.payments({ limit: 9 })).toEqual([])
  full = false
  expect(await journal.append(openSaleStep({ amountMinor: 10 }))).toMatchObject({ ok: true })
})

test('a commit whose outcome cannot be found out poisons the journal: nothing more is accepted', async () => {
  const store = memoryStore()
  let broken = false
  const fail = async () => {
    throw new Error('I/O error')
  }
  const faulty: JournalStore = {
    ...store,
    head: () => (broken ? fail() : store.head()),
    async commit(version, change) {
      if (change.payments.length === 0) return store.commit(version, change)
      broken = true
      return fail()
    },
  }
  const journal = await founded(depsOn(faulty))
  expect(await journal.append(openSaleStep({ amountMinor: 10 }))).toEqual({
    ok: false,
    code: 'journal_failed',
  })
  broken = false
  expect(journal.accepts).toBe(false)
  expect(await journal.append(openSaleStep({ amountMinor: 10 }))).toEqual({
    ok: false,
    code: 'journal_poisoned',
  })
  expect(await headersOf(store)).toHaveLength(1)
})

test('a disk that is full at the start is opened, and the epoch begins with the first record that fits', async () => {
  const store = memoryStore()
  await founded(depsOn(store))
  let full = true
  const faulty: JournalStore = {
    ...store,
    commit: async (version, change) => {
      if (full) throw new Error('the disk is full')
      return store.commit(version, change)
    },
  }
  const journal = must(await Journal.open(depsOn(faulty)), 'enrolled')
  expect(await headersOf(store)).toHaveLength(1)
  full = false
  await journal.append(openSaleStep({ amountMinor: 10 }))
  expect((await headersOf(store)).map(({ kind }) => kind)).toEqual([
    'epoch.started',
    'epoch.started',
    'sale.opened',
  ])
})

test('exhaustively: a crash before or after any step of the store leaves a journal that opens and adds up', async () => {
  let steps = 0
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      const store = memoryStore()
      const acknowledged: string[] = []
      const crashed = await dieAt(store, { at, when }, async (faulty) => {
        const journal = (await Journal.open(depsOn(faulty))) ?? (await founded(depsOn(faulty)))
        for (const amountMinor of [100, 200, 300]) {
          const appended = await journal.append(openSaleStep({ amountMinor }))
          if (appended.ok) acknowledged.push(appended.value)
        }
        const again = must(await Journal.open(depsOn(faulty)), 'enrolled')
        const last = await again.append(openSaleStep({ amountMinor: 400 }))
        if (last.ok) acknowledged.push(last.value)
      })
      steps += 1
      // The machine is on again; it may crash in its recovery too.
      await dieAt(store, { at: (at % 7) + 1, when }, async (faulty) => {
        await Journal.open(depsOn(faulty))
      })
      const journal = (await Journal.open(depsOn(store))) ?? (await founded(depsOn(store)))
      for (const id of acknowledged) expect(await store.payment(id)).toMatchObject({ state: 'VOIDED' })
      expect(await store.payments({ limit: 9, states: ['OPEN'] })).toEqual([])
      expect(tallyOf(journal.state.head.exposure.reserved, 'eur')).toEqual({ count: 0, sumMinor: 0 })
      const records = await store.records({ afterSeq: 0, limit: 100 })
      for (const [index, { wire }] of records.entries()) {
        expect(JSON.parse(wire.header)).toMatchObject({
          seq: index + 1,
          prev: records[index - 1]?.hash ?? null,
        })
      }
      expect(journal.state.head.seq).toBe(records.length)
      const voids = records.filter(({ wire }) => wire.header.includes('payment.voided'))
      expect(voids).toHaveLength((await store.payments({ limit: 9 })).length)
      if (!crashed) break
    }
  }
  expect(steps).toBeGreaterThan(40)
})

const OWNER = {
  account: ACCOUNT_ID,
  mode: 'test',
  device: DEVICE_ID,
  keys: [{ keyId: deviceKey.keyId, publicKey: toBase64Url(deviceKey.publicKey) }],
}

/** Nobody waits for anything. */
class HastyClock extends VirtualClock {
  override timer(_delayMs: number, task: () => void): () => void {
    queueMicrotask(task)
    return () => {}
  }
}

function depsOn(store: JournalStore, clock = new VirtualClock()): JournalDeps {
  return {
    store,
    crypto: nodeCrypto,
    key: deviceKey,
    clock,
    app: 'tests',
    storeName: 'sqlite',
  }
}

async function founded(deps: JournalDeps, lease: Lease = sampleLease()): Promise<Journal> {
  const statement = await signStatement(gatewayKey, 'lease', lease)
  return must(await Journal.found(deps, sampleEnrolment(), statement), 'founded')
}

async function headersOf(store: JournalStore): Promise<{ kind: string; epoch: string; seq: number }[]> {
  return (await store.records({ afterSeq: 0, limit: 1_000 })).map(({ wire }) => JSON.parse(wire.header))
}
