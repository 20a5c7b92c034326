import { beforeEach, describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  acceptedOffline,
  LINK,
  sampleDevice,
  sampleHash,
  sampleId,
  samplePayment,
  sampleRecord,
  sampleStates,
} from '../test-support/sample-rows.ts'
import { acquirerLinkContract } from './acquirer-link-contract.ts'
import type { ContractWorld } from './contract-world.ts'
import type { GatewayStore, PaymentRow } from '../store/gateway-store.ts'
import { recordsContract } from './records-contract.ts'

const canceled = {
  account: ACCOUNT,
  paymentId: sampleId('pi', 1),
  deviceId: sampleId('dev', 1),
  reason: 'canceled',
}

/** What every implementation of the store must do, once for each of them. */
export function gatewayStoreContract(name: string, newWorld: () => Promise<ContractWorld>): void {
  describe(`the gateway store on ${name}`, () => {
    let store: GatewayStore
    let world: ContractWorld

    beforeEach(async () => {
      world = await newWorld()
      store = world.store
      await world.addDevice(sampleDevice())
    })

    async function stored(n: number): Promise<PaymentRow | undefined> {
      return (await store.payments(ACCOUNT, [sampleId('pi', n)])).rows[0]
    }

    async function due(nowMs: number, holdMs = 60_000, liveMax = 10, storedMax = 10): Promise<string[]> {
      const rows = await store.duePayments({ link: LINK, nowMs, holdMs, liveMax, storedMax })
      return rows.map((row) => row.story.paymentId)
    }

    describe('devices', () => {
      test('a device comes back as it was enrolled; an unknown one is null', async () => {
        expect(await store.device(sampleId('dev', 1))).toEqual(sampleDevice())
        expect(await store.device(sampleId('dev', 9))).toBeNull()
      })

      test('progress only rises', async () => {
        const deviceId = sampleId('dev', 1)
        await store.commit({ progress: { deviceId, statedSeq: 9, receivedSeq: 4 } })
        await store.commit({ progress: { deviceId, statedSeq: 7, receivedSeq: 5 } })
        expect(await store.device(deviceId)).toMatchObject({ statedSeq: 9, receivedSeq: 5 })
      })

      test('the newest lease is kept', async () => {
        const deviceId = sampleId('dev', 1)
        const lease = { payload: '{"number":1}', keyId: 'k'.repeat(16), signature: 's' }
        await store.commit({ lease: { deviceId, lease } })
        await store.commit({ lease: { deviceId, lease: { ...lease, payload: '{"number":2}' } } })
        expect((await store.device(deviceId))?.lease).toEqual({ ...lease, payload: '{"number":2}' })
      })
    })

    describe('payments', () => {
      test.each(Object.values(sampleStates))(
        'a payment whose attempt is $state comes back exactly',
        async (state) => {
          const row = samplePayment(1, { word: acceptedOffline(1), states: [state] })
          expect(await store.commit({ payments: [row] })).toBe('committed')
          expect(await stored(1)).toEqual({ ...row, version: 1 })
        },
      )

      test('several attempts come back in their order, and a later commit changes and adds them', async () => {
        const row = samplePayment(1, { states: [sampleStates.sent, sampleStates.planned] })
        await store.commit({ payments: [row] })
        const states = [sampleStates.reversed, sampleStates.approved, sampleStates.planned]
        const next = { ...samplePayment(1, { states }), version: 1 }
        expect(await store.commit({ payments: [next] })).toBe('committed')
        expect(await stored(1)).toEqual({ ...next, version: 2 })
      })

      test('only what was asked for is answered, and only of that account', async () => {
        await store.commit({ payments: [samplePayment(1), samplePayment(2), samplePayment(3)] })
        const { rows } = await store.payments(ACCOUNT, [
          sampleId('pi', 3),
          sampleId('pi', 1),
          sampleId('pi', 9),
        ])
        expect(rows.map((row) => row.story.paymentId).sort()).toEqual([sampleId('pi', 1), sampleId('pi', 3)])
        expect((await store.payments(sampleId('acct', 2), [sampleId('pi', 1)])).rows).toEqual([])
      })

      test('a decision on an older version is a conflict and writes nothing at all', async () => {
        const row = samplePayment(1)
        await store.commit({ payments: [row] })
        const change = {
          payments: [
            samplePayment(2),
            { ...row, attention: 'late', version: 1 },
            { ...samplePayment(3), version: 4 },
          ],
          records: [sampleRecord('a')],
          voids: [{ ...canceled, paymentId: sampleId('pi', 8) }],
          progress: { deviceId: sampleId('dev', 1), statedSeq: 5, receivedSeq: 5 },
        }
        expect(await store.commit(change)).toBe('conflict')
        expect(await stored(1)).toEqual({ ...row, version: 1 })
        expect(await stored(2)).toBeUndefined()
        const query = { hashes: [sampleHash('a')], prevs: [] }
        expect(await store.knownRecords(sampleId('dev', 1), query)).toEqual([])
        expect((await store.payments(ACCOUNT, [sampleId('pi', 8)])).voids).toEqual([])
        expect(await store.device(sampleId('dev', 1))).toMatchObject({ statedSeq: 0 })
      })

      test('a payment is opened once: the second opening is a conflict', async () => {
        expect(await store.commit({ payments: [samplePayment(1)] })).toBe('committed')
        expect(await store.commit({ payments: [samplePayment(1)] })).toBe('conflict')
      })

      test('of two decisions on one version made at once, one stands', async () => {
        await store.commit({ payments: [samplePayment(1)] })
        const decide = (attention: string) =>
          store.commit({ payments: [{ ...samplePayment(1), attention, version: 1 }] })
        const results = await Promise.all(['a', 'b', 'c', 'd'].map(decide))
        expect(results.sort()).toEqual(['committed', 'conflict', 'conflict', 'conflict'])
        expect((await stored(1))?.version).toBe(2)
      })
    })

    describe('voids', () => {
      const voided = samplePayment(1, { word: { said: 'voided', reason: 'canceled' } })

      test('a void is known before its payment, and the first reason stays', async () => {
        await store.commit({ voids: [canceled] })
        await store.commit({ voids: [{ ...canceled, reason: 'abandoned' }] })
        const { rows, voids } = await store.payments(ACCOUNT, [sampleId('pi', 1), sampleId('pi', 2)])
        expect(rows).toEqual([])
        const { account: _, ...said } = canceled
        expect(voids).toEqual([said])
      })

      test('a payment that does not know of its void is a conflict, one that does is not', async () => {
        await store.commit({ voids: [canceled] })
        expect(await store.commit({ payments: [samplePayment(1)] })).toBe('conflict')
        expect(await store.commit({ payments: [voided] })).toBe('committed')
      })

      test('a void that does not know of its payment is a conflict, together they are not', async () => {
        await store.commit({ payments: [samplePayment(1)] })
        expect(await store.commit({ voids: [canceled] })).toBe('conflict')
        expect(await store.commit({ voids: [canceled], payments: [{ ...voided, version: 1 }] })).toBe(
          'committed',
        )
      })

      test('a void of another device is kept beside, and means nothing to the payment', async () => {
        const stranger = { ...canceled, deviceId: sampleId('dev', 2) }
        await store.commit({ voids: [stranger] })
        expect(await store.commit({ payments: [samplePayment(1)] })).toBe('committed')
        expect(await store.commit({ voids: [{ ...stranger, deviceId: sampleId('dev', 3) }] })).toBe(
          'committed',
        )
        expect(await store.commit({ voids: [canceled] })).toBe('conflict')
      })

      test('a void and its payment that arrive at the same moment never miss each other', async () => {
        for (let n = 10; n < 30; n += 1) {
          const results = await Promise.all([
            store.commit({ payments: [samplePayment(n)] }),
            store.commit({ voids: [{ ...canceled, paymentId: sampleId('pi', n) }] }),
          ])
          expect(results.sort()).toEqual(['committed', 'conflict'])
        }
      })
    })

    recordsContract(() => world)

    describe('what is due', () => {
      const nowMs = 1_800_000_200_000

      test('payments for which somebody waits come first, then the oldest sale', async () => {
        await store.commit({
          payments: [
            samplePayment(1, { row: { openedMs: 30, storedMs: 30 } }),
            samplePayment(2, { row: { openedMs: 20, storedMs: 20 } }),
            samplePayment(3, { row: { openedMs: 50 } }),
            samplePayment(4, { row: { openedMs: 40 } }),
          ],
        })
        expect(await due(nowMs)).toEqual([4, 3, 2, 1].map((n) => sampleId('pi', n)))
        expect(await due(nowMs, 60_000, 1, 1)).toEqual([4, 2].map((n) => sampleId('pi', n)))
        expect(await due(nowMs, 60_000, 10, 0)).toEqual([4, 3].map((n) => sampleId('pi', n)))
      })

      test('not yet due, never due, watched by a human and of another link are left out', async () => {
        await store.commit({
          payments: [
            samplePayment(1, { row: { dueMs: nowMs + 1 } }),
            samplePayment(2, { row: { dueMs: null } }),
            samplePayment(3, { row: { attention: 'card_block_gone' } }),
            samplePayment(4, { row: { link: 'acquirer-2' } }),
            samplePayment(5, { row: { dueMs: nowMs } }),
          ],
        })
        expect(await due(nowMs)).toEqual([sampleId('pi', 5)])
      })

      test('a stored payment waits until what its device has stated is in', async () => {
        const deviceId = sampleId('dev', 1)
        const row = samplePayment(1, {
          word: acceptedOffline(1),
          states: [sampleStates.planned],
          row: { storedMs: 1, receivedMs: nowMs },
        })
        await store.commit({ payments: [row], progress: { deviceId, statedSeq: 9, receivedSeq: 8 } })
        expect(await due(nowMs)).toEqual([])
        await store.commit({ progress: { deviceId, statedSeq: 9, receivedSeq: 9 } })
        const rows = await store.duePayments({
          link: LINK,
          nowMs,
          holdMs: 60_000,
          liveMax: 10,
          storedMax: 10,
        })
        expect(rows).toEqual([{ ...row, version: 1 }])
      })

      test('it waits no longer than the hold, and an online payment not at all', async () => {
        const deviceId = sampleId('dev', 1)
        const payments = [
          samplePayment(1, { row: { storedMs: 1, receivedMs: nowMs } }),
          samplePayment(2, { row: { storedMs: null, receivedMs: nowMs } }),
        ]
        await store.commit({ payments, progress: { deviceId, statedSeq: 9, receivedSeq: 8 } })
        expect(await due(nowMs + 59_999)).toEqual([sampleId('pi', 2)])
        expect(await due(nowMs + 60_000)).toEqual([sampleId('pi', 2), sampleId('pi', 1)])
      })

      test('it waits with an older one that came later, and no longer than for its hold', async () => {
        const row = (openedMs: number, receivedMs: number) => ({ row: { storedMs: 1, openedMs, receivedMs } })
        await store.commit({
          payments: [samplePayment(1, row(20, nowMs)), samplePayment(2, row(10, nowMs + 50_000))],
          progress: { deviceId: sampleId('dev', 1), statedSeq: 9, receivedSeq: 8 },
        })
        expect(await due(nowMs + 109_999)).toEqual([])
        expect(await due(nowMs + 110_000)).toEqual([sampleId('pi', 2), sampleId('pi', 1)])
      })

      test('a device that is still delivering holds up no other, and the oldest sale of all goes first', async () => {
        await world.addDevice(sampleDevice(2))
        await world.addDevice(sampleDevice(3))
        const sale = (n: number, device: number, openedMs: number) =>
          samplePayment(n, {
            row: { storedMs: 1, receivedMs: nowMs, openedMs, deviceId: sampleId('dev', device) },
          })
        await store.commit({ payments: [sale(1, 1, 10), sale(2, 2, 30), sale(3, 3, 20), sale(4, 2, 15)] })
        await store.commit({
          progress: { deviceId: sampleId('dev', 1), statedSeq: 9, receivedSeq: 8 },
        })
        expect(await due(nowMs)).toEqual([4, 3, 2].map((n) => sampleId('pi', n)))
        expect(await due(nowMs, 60_000, 0, 2)).toEqual([4, 3].map((n) => sampleId('pi', n)))
      })
    })

    acquirerLinkContract(() => store)

    describe('the feed', () => {
      const statement = (payload: string) => ({ payload, keyId: 'k'.repeat(16), signature: 's' })
      const outcome = (n: number, payload: string) => ({
        deviceId: sampleId('dev', n),
        paymentId: sampleId('pi', 1),
        statement: statement(payload),
      })
      const read = async (after: number, limit = 10, deviceId = sampleId('dev', 1)) =>
        (await store.feed({ deviceId, after, limit })).map((row) => [row.n, row.statement.payload])

      test('counts the items of each device from 1, in the order in which they were written', async () => {
        await world.addDevice(sampleDevice(2))
        await store.commit({ outcomes: [outcome(1, 'a'), outcome(2, 'x'), outcome(1, 'b')] })
        await store.commit({ outcomes: [outcome(1, 'c')] })
        expect(await read(0)).toEqual([
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ])
        expect(await read(0, 10, sampleId('dev', 2))).toEqual([[1, 'x']])
        expect(await read(1, 1)).toEqual([[2, 'b']])
        expect(await read(3)).toEqual([])
      })

      test('has no gap and no number twice when many write at once', async () => {
        await Promise.all(
          Array.from({ length: 20 }, (_, at) => store.commit({ outcomes: [outcome(1, String(at))] })),
        )
        expect((await read(0, 100)).map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
      })
    })

    test('an event that is written twice is there once', async () => {
      const event = {
        id: 'evt_1',
        account: ACCOUNT,
        mode: 'test',
        type: 'payment_intent.succeeded',
        paymentId: sampleId('pi', 1),
        createdMs: 1,
      } as const
      expect(await store.commit({ events: [event] })).toBe('committed')
      expect(await store.commit({ events: [event] })).toBe('committed')
    })

    test('an empty change is committed', async () => {
      expect(await store.commit({})).toBe('committed')
    })

    test('the generation of a new database is 1', async () => {
      expect(await store.generation()).toBe(1)
    })
  })
}
