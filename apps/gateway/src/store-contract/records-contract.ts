import { beforeEach, describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  sampleDevice,
  sampleHash,
  sampleId,
  samplePayment,
  sampleRecord,
} from '../test-support/sample-rows.ts'
import type { ContractWorld } from './contract-world.ts'
import type { ReviewRow } from '../store/gateway-store.ts'

const sealedWire = { header: '{}', signature: 's', sealed: '{}', contact: null }

/** What devices sent, for ever, and what people decide about it; part of the store's contract. */
export function recordsContract(world: () => ContractWorld): void {
  const store = () => world().store

  describe('records', () => {
    test('a record is found by its hash and by what it continues', async () => {
      await store().commit({ records: [sampleRecord('a'), sampleRecord('b', { prev: sampleHash('a') })] })
      expect(await known(['b'])).toEqual([{ hash: sampleHash('b'), prev: sampleHash('a'), parkedCode: null }])
      expect(await known([], ['a'])).toEqual([
        { hash: sampleHash('b'), prev: sampleHash('a'), parkedCode: null },
      ])
      expect(await known(['b'], ['a'])).toHaveLength(1)
      expect(await known(['c'], ['c'])).toEqual([])
    })

    test('a record that is known stays as it was', async () => {
      await store().commit({ records: [sampleRecord('a', { parkedCode: 'record_fork' })] })
      expect(await store().commit({ records: [sampleRecord('a'), sampleRecord('c')] })).toBe('committed')
      expect(await known(['a', 'c'])).toEqual([
        { hash: sampleHash('a'), prev: null, parkedCode: 'record_fork' },
        { hash: sampleHash('c'), prev: null, parkedCode: null },
      ])
    })

    test('two records of one device never continue the same one, also when they come at the same moment', async () => {
      const deviceId = sampleId('dev', 1)
      const twins = ['b', 'c'].map((letter) => sampleRecord(letter, { prev: sampleHash('a') }))
      await store().commit({ records: [sampleRecord('a')] })
      const results = await Promise.all(twins.map((record) => store().commit({ records: [record] })))
      expect(results.sort()).toEqual(['committed', 'conflict'])
      expect(await known([], ['a'])).toHaveLength(1)
      expect((await store().device(deviceId))?.forked).toBeUndefined()
      const parked = twins.map((record) => ({ ...record, parkedCode: 'record_fork' }))
      expect(await store().commit({ records: parked })).toBe('committed')
      expect(await known([], ['a'])).toHaveLength(2)
      expect((await store().device(deviceId))?.forked).toBe(true)
    })

    test('a device has one first record', async () => {
      await store().commit({ records: [sampleRecord('a')] })
      expect(await store().commit({ records: [sampleRecord('b')] })).toBe('conflict')
      expect(await store().commit({ records: [sampleRecord('a')] })).toBe('committed')
      const query = { hashes: [], prevs: [], first: true }
      expect(await store().knownRecords(sampleId('dev', 1), query)).toMatchObject([{ hash: sampleHash('a') }])
      await world().addDevice(sampleDevice(2))
      const other = sampleRecord('b', { deviceId: sampleId('dev', 2) })
      expect(await store().commit({ records: [other] })).toBe('committed')
    })

    test('records of another device are not known', async () => {
      await world().addDevice(sampleDevice(2))
      await store().commit({ records: [sampleRecord('a', { deviceId: sampleId('dev', 2) })] })
      expect(await known(['a'])).toEqual([])
    })

    test('a record that could not be read at all is kept too, and text that a database cannot hold blocks nothing', async () => {
      const wire = { header: 'no\0t JSON', signature: '', sealed: '\0', contact: null }
      const nothing = { epoch: null, seq: null, prev: null, kind: null, paymentId: null }
      const record = sampleRecord('a', { ...nothing, wire, parkedCode: 'record_malformed' })
      expect(await store().commit({ records: [record] })).toBe('committed')
      expect(await known(['a'])).toEqual([
        { hash: sampleHash('a'), prev: null, parkedCode: 'record_malformed' },
      ])
    })

    test('a free text that a database cannot hold does not block its payment', async () => {
      const row = samplePayment(1, { row: { reference: 'tab\0le "7", {a}\\' } })
      expect(await store().commit({ payments: [row] })).toBe('committed')
    })

    describe('that were set aside', () => {
      const deviceId = sampleId('dev', 1)
      const paymentId = sampleId('pi', 1)
      const fork = { parkedCode: 'record_fork', paymentId, wire: sealedWire }
      const decided: ReviewRow = {
        account: ACCOUNT,
        reviewId: sampleId('rev', 1),
        decision: 'released',
        waitedFor: 'record_fork',
        deviceId,
        paymentId,
        decidedBy: 'Ada',
        note: '',
        decidedMs: 1,
        hashes: [sampleHash('b'), sampleHash('c')],
      }
      const decisions = async () =>
        (await store().parkedRecords(ACCOUNT, { deviceId })).map(({ hash, decision, wire }) => [
          hash.slice(0, 1),
          decision,
          wire.sealed,
        ])

      beforeEach(async () => {
        const records = ['c', 'b'].map((letter) =>
          sampleRecord(letter, { ...fork, seq: letter === 'b' ? 2 : 3, prev: sampleHash('a') }),
        )
        await store().commit({ records: [sampleRecord('a'), ...records] })
      })

      test('are read as they were written, of a payment or of a device, with their card', async () => {
        expect(await decisions()).toEqual([
          ['b', null, '{}'],
          ['c', null, '{}'],
        ])
        expect(await store().parkedRecords(ACCOUNT, { paymentId })).toHaveLength(2)
        expect(await store().parkedRecords(ACCOUNT, { paymentId, deviceId: sampleId('dev', 2) })).toEqual([])
        expect(await store().parkedRecords(ACCOUNT, { paymentId: sampleId('pi', 2) })).toEqual([])
        expect(await store().parkedRecords(sampleId('acct', 9), { deviceId })).toEqual([])
      })

      test('count as in good order when they are released, keep no card, and free their device', async () => {
        expect(await store().device(deviceId)).toMatchObject({ forked: true })
        expect(await store().commit({ review: decided })).toBe('committed')
        expect(await known(['b', 'c'])).toMatchObject([{ parkedCode: null }, { parkedCode: null }])
        expect(await decisions()).toEqual([
          ['b', 'released', null],
          ['c', 'released', null],
        ])
        expect(await store().device(deviceId)).not.toHaveProperty('forked')
      })

      test('stay as they are when they are rejected', async () => {
        await store().commit({ review: { ...decided, decision: 'rejected' } })
        expect(await known(['b'])).toMatchObject([{ parkedCode: 'record_fork' }])
        expect(await store().device(deviceId)).not.toHaveProperty('forked')
      })

      test('are decided on once, and all of a decision or nothing of it', async () => {
        const [one, again] = [
          { ...decided, hashes: [sampleHash('b')] },
          { ...decided, reviewId: sampleId('rev', 2), decision: 'rejected' as const },
        ]
        expect(await store().commit({ review: one })).toBe('committed')
        const type = 'payment_intent.succeeded'
        const event = { id: 'evt_9', account: ACCOUNT, mode: 'test', type, paymentId, createdMs: 1 } as const
        expect(await store().commit({ review: again, events: [event] })).toBe('conflict')
        expect(await decisions()).toEqual([
          ['b', 'released', null],
          ['c', null, '{}'],
        ])
        expect(await store().device(deviceId)).toMatchObject({ forked: true })
      })

      test('of two decisions at the same moment one stands', async () => {
        const other = { ...decided, reviewId: sampleId('rev', 2), decision: 'rejected' as const }
        const both = [decided, other].map((review) => store().commit({ review }))
        expect((await Promise.all(both)).toSorted()).toEqual(['committed', 'conflict'])
      })
    })
  })

  async function known(hashes: readonly string[], prevs: readonly string[] = []) {
    const query = { hashes: hashes.map(sampleHash), prevs: prevs.map(sampleHash) }
    const rows = await store().knownRecords(sampleId('dev', 1), query)
    return rows.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
  }
}
