import { NO_EXPOSURE, NO_TIME_MARK } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { NO_BACKLOG } from './backlog.ts'
import type { JournalChange, JournalHead, JournalStore, StoredRecord } from './journal-store.ts'
import type { StoredPayment } from './stored-payment.ts'

/**
 * What every store promises. `open` opens the store that belongs to `id`: the same id again, also while another one is
 * open, is the same data (two tabs, or a restart).
 */
export function journalStoreContract(name: string, open: (id: string) => Promise<JournalStore>): void {
  let count = 0
  async function fresh(): Promise<{ id: string; store: JournalStore }> {
    count += 1
    const id = `contract-${count}`
    return { id, store: await open(id) }
  }

  describe(`a journal store on ${name}`, () => {
    test('is empty before its first commit', async () => {
      const { store } = await fresh()
      expect(await store.head()).toBeNull()
      expect(await store.records({ afterSeq: 0, limit: 10 })).toEqual([])
      expect(await store.payments({ limit: 10 })).toEqual([])
      expect(await store.payment('pi_1')).toBeNull()
      expect(await store.value('lease')).toBeNull()
      await store.close()
    })

    test('shows everything of a commit at once, and after it was opened again', async () => {
      const { id, store } = await fresh()
      const change = changeTo(1, {
        append: [record(1), record(2)],
        payments: [payment('pi_a', 'OPEN')],
        values: { lease: 'text with “quotes”, \u0000 and 🎴', feed: '{}' },
      })
      expect(await store.commit(0, change)).toBe('committed')
      await expectAll(store, change)
      await store.close()
      const again = await open(id)
      await expectAll(again, change)
      await again.close()
    })

    test('refuses a commit over another head, and nothing of it is to be seen', async () => {
      const { store } = await fresh()
      const first = changeTo(1, {
        append: [record(1)],
        values: { lease: 'first' },
        payments: [payment('pi_a', 'OPEN')],
      })
      await store.commit(0, first)
      const late = changeTo(1, {
        append: [record(1, 'other')],
        values: { lease: 'late', more: 'late' },
        payments: [payment('pi_a', 'VOIDED'), payment('pi_b', 'OPEN')],
        verdicts: [{ seq: 1, verdict: { verdict: 'received', code: null } }],
        erase: [1],
      })
      expect(await store.commit(0, late)).toBe('head_moved')
      expect(await store.commit(2, late)).toBe('head_moved')
      await expectAll(store, first)
      expect(await store.value('more')).toBeNull()
      expect(await store.payment('pi_b')).toBeNull()
      await store.close()
    })

    test('lets exactly one of many racing commits through, whichever handle they come from', async () => {
      const { id, store } = await fresh()
      const other = await open(id)
      await store.commit(0, changeTo(1, { append: [record(1)] }))
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, racer) =>
          (racer % 2 === 0 ? store : other).commit(1, changeTo(2, { append: [record(2, `racer ${racer}`)] })),
        ),
      )
      expect(results.filter((result) => result === 'committed')).toHaveLength(1)
      expect(await store.records({ afterSeq: 0, limit: 10 })).toHaveLength(2)
      expect(await other.head()).toEqual(await store.head())
      await store.close()
      await other.close()
    })

    test('shows one handle what another one has committed', async () => {
      const { id, store } = await fresh()
      const other = await open(id)
      await store.commit(0, changeTo(1, { append: [record(1)], payments: [payment('pi_a', 'OPEN')] }))
      expect((await other.head())?.version).toBe(1)
      expect(await other.commit(1, changeTo(2, { payments: [payment('pi_a', 'VOIDED')] }))).toBe('committed')
      expect((await store.payment('pi_a'))?.state).toBe('VOIDED')
      await store.close()
      await other.close()
    })

    test('pages through records in order of seq', async () => {
      const { store } = await fresh()
      await store.commit(
        0,
        changeTo(1, { append: Array.from({ length: 12 }, (_, index) => record(index + 1)) }),
      )
      const seqs = async (afterSeq: number, limit: number) =>
        (await store.records({ afterSeq, limit })).map(({ seq }) => seq)
      expect(await seqs(0, 5)).toEqual([1, 2, 3, 4, 5])
      expect(await seqs(5, 5)).toEqual([6, 7, 8, 9, 10])
      expect(await seqs(10, 5)).toEqual([11, 12])
      expect(await seqs(12, 5)).toEqual([])
      await store.close()
    })

    test('lists payments newest first, by page and by state', async () => {
      const { store } = await fresh()
      const rows = ['pi_a', 'pi_b', 'pi_c', 'pi_d'].map((id, index) =>
        payment(id, index % 2 === 0 ? 'OPEN' : 'VOIDED'),
      )
      await store.commit(0, changeTo(1, { payments: rows }))
      const ids = async (query: Parameters<JournalStore['payments']>[0]) =>
        (await store.payments(query)).map(({ paymentId }) => paymentId)
      expect(await ids({ limit: 3 })).toEqual(['pi_d', 'pi_c', 'pi_b'])
      expect(await ids({ limit: 3, beforeId: 'pi_b' })).toEqual(['pi_a'])
      expect(await ids({ limit: 9, states: ['OPEN'] })).toEqual(['pi_c', 'pi_a'])
      expect(await ids({ limit: 9, states: ['OPEN', 'VOIDED'], beforeId: 'pi_d' })).toEqual([
        'pi_c',
        'pi_b',
        'pi_a',
      ])
      expect(await ids({ limit: 1, states: ['VOIDED'], beforeId: 'pi_d' })).toEqual(['pi_b'])
      expect(await ids({ limit: 9, states: [] })).toEqual([])
      await store.close()
    })

    test('finds what was accepted with one card since a time, by state', async () => {
      const { store } = await fresh()
      const rows = [
        payment('pi_a', 'OPEN'),
        accepted('pi_b', { fingerprint: 'one', acceptedMs: 10 }),
        accepted('pi_c', { fingerprint: 'two', acceptedMs: 20 }),
        accepted('pi_d', { fingerprint: 'one', acceptedMs: 20 }),
        accepted('pi_e', { fingerprint: 'one', acceptedMs: 30 }),
      ]
      await store.commit(0, changeTo(1, { payments: rows }))
      const ids = async (fingerprint: string, sinceMs: number, states = ['QUEUED', 'UPLOADED'] as const) =>
        (await store.payments({ card: { fingerprint, sinceMs }, states, limit: 9 })).map(
          ({ paymentId }) => paymentId,
        )
      expect(await ids('one', 20)).toEqual(['pi_e', 'pi_d'])
      expect(await ids('one', 0)).toEqual(['pi_e', 'pi_d', 'pi_b'])
      expect(await ids('two', 0)).toEqual(['pi_c'])
      expect(await ids('none', 0)).toEqual([])
      const moved = [{ ...payment('pi_d', 'VOIDED') }, { ...rows[4], state: 'UPLOADED' } as StoredPayment]
      await store.commit(1, changeTo(2, { payments: moved, prune: { seqs: [], paymentIds: ['pi_b'] } }))
      expect(await ids('one', 0)).toEqual(['pi_e'])
      await store.close()
    })

    test('writes verdicts beside records, and erases a sealed block without touching what is signed', async () => {
      const { store } = await fresh()
      await store.commit(0, changeTo(1, { append: [record(1), record(2), record(3)] }))
      const verdicts = [
        { seq: 1, verdict: { verdict: 'received', code: null } },
        { seq: 2, verdict: { verdict: 'parked', code: 'record_fork' } },
      ] as const
      await store.commit(1, changeTo(2, { verdicts, erase: [2, 3] }))
      const [one, two, three] = await store.records({ afterSeq: 0, limit: 10 })
      expect(one).toEqual({ ...record(1), verdict: verdicts[0].verdict })
      expect(two).toEqual({ ...erased(2), verdict: verdicts[1].verdict })
      expect(three).toEqual({ ...erased(3), verdict: null })
      await store.close()
    })

    test('replaces rows and takes values away', async () => {
      const { store } = await fresh()
      await store.commit(
        0,
        changeTo(1, { payments: [payment('pi_a', 'OPEN')], values: { feed: '1', lease: 'a' } }),
      )
      await store.commit(
        1,
        changeTo(2, { payments: [payment('pi_a', 'VOIDED')], values: { feed: null, lease: 'b' } }),
      )
      expect((await store.payment('pi_a'))?.state).toBe('VOIDED')
      expect(await store.payments({ limit: 10 })).toHaveLength(1)
      expect(await store.value('feed')).toBeNull()
      expect(await store.value('lease')).toBe('b')
      await store.close()
    })
  })
}

async function expectAll(store: JournalStore, change: JournalChange): Promise<void> {
  expect(await store.head()).toEqual(change.head)
  expect(await store.records({ afterSeq: 0, limit: 100 })).toEqual(change.append)
  for (const row of change.payments) expect(await store.payment(row.paymentId)).toEqual(row)
  for (const [name, text] of Object.entries(change.values)) expect(await store.value(name)).toBe(text)
}

function changeTo(version: number, change: Partial<Omit<JournalChange, 'head'>>): JournalChange {
  const head: JournalHead = {
    version,
    epoch: 'ep_1',
    seq: change.append?.at(-1)?.seq ?? 0,
    hash: 'h',
    exposure: { ...NO_EXPOSURE, reserved: { eur: { count: 1, sumMinor: 500 } } },
    time: NO_TIME_MARK,
    timeBase: { boot: 'b', monotonicMs: 1.5, contactBoot: null },
    forwardedSeq: 0,
    resendSeq: 0,
    backlog: NO_BACKLOG,
  }
  return { head, append: [], payments: [], verdicts: [], erase: [], values: {}, ...change }
}

function record(seq: number, text = `record ${seq}`): StoredRecord {
  const wire = {
    header: `{"text":"${text} é"}`,
    signature: 's'.repeat(86),
    sealed: `sealed ${seq}`,
    contact: null,
  }
  return { seq, hash: `hash of ${text}`, wire, verdict: null }
}

function erased(seq: number): StoredRecord {
  return { ...record(seq), wire: { ...record(seq).wire, sealed: null } }
}

function accepted(
  paymentId: string,
  { fingerprint, acceptedMs }: { fingerprint: string; acceptedMs: number },
): StoredPayment {
  const card = {
    brand: 'visa',
    last4: '4242',
    bin: '424242',
    expMonth: 12,
    expYear: 2040,
    entryMode: 'contact',
    cvm: 'offline_pin',
    aid: 'A0000000031010',
    applicationLabel: 'VISA',
    fingerprint,
  } as const
  const receipt = {
    applicationPreferredName: 'VISA',
    applicationCryptogram: '0011223344556677',
    cryptogramType: 'ARQC',
    terminalVerificationResults: '0000008000',
    transactionStatusInformation: 'E800',
    authorisationResponseCode: 'Z3',
  } as const
  return {
    ...payment(paymentId, 'OPEN'),
    state: 'QUEUED',
    reserved: false,
    acceptedMs,
    attemptId: 'att_1',
    card,
    receipt,
    recordSeq: 1,
    recordHash: 'h',
    offlineKind: 'deferred',
    offlineWhy: 'forced',
    uploadUntilMs: 1_000,
  }
}

function payment(paymentId: string, state: 'OPEN' | 'VOIDED'): StoredPayment {
  const facts = {
    paymentId,
    saleId: 'sale_1',
    money: { amountMinor: 1_000, currency: 'eur' },
    captureMethod: 'automatic',
    location: 'loc_1',
    reader: 'rdr_1',
    reference: null,
    openedMs: 1,
    reserved: state === 'OPEN',
    attempts: 0,
    sealedSeqs: [3],
  } as const
  return state === 'OPEN' ? { ...facts, state } : { ...facts, state, reason: 'canceled', voidedMs: 2 }
}
