import { describe, expect, test } from 'vitest'
import { ACCOUNT, LINK, sampleId, samplePayment } from '../test-support/sample-rows.ts'
import type { GatewayStore } from '../store/gateway-store.ts'

/** Who may send on an acquirer link, and by which numbers; part of the store's contract. */
export function acquirerLinkContract(store: () => GatewayStore): void {
  describe('the acquirer link', () => {
    const claim = { link: LINK, owner: 'a', nowMs: 1_000, leaseMs: 100, stans: 500 }

    test('has one owner while the lease runs, who renews it within one generation', async () => {
      expect(await store().claimLink(claim)).toEqual({ generation: 1, untilMs: 1_100, firstStan: 1 })
      expect(await store().claimLink({ ...claim, owner: 'b', nowMs: 1_099 })).toBeNull()
      const renewed = await store().claimLink({ ...claim, nowMs: 1_050, stans: 0 })
      expect(renewed).toMatchObject({ generation: 1, untilMs: 1_150 })
      expect(await store().claimLink({ ...claim, owner: 'b', nowMs: 1_149 })).toBeNull()
    })

    test('passes to another owner when the lease is over, in a new generation and with new STANs', async () => {
      await store().claimLink(claim)
      const taken = await store().claimLink({ ...claim, owner: 'b', nowMs: 1_100 })
      expect(taken).toEqual({ generation: 2, untilMs: 1_200, firstStan: 501 })
      expect(await store().claimLink({ ...claim, nowMs: 1_200 })).toMatchObject({
        generation: 3,
        firstStan: 1_001,
      })
    })

    test('every STAN is given once before they wrap from 999 999 to 1', async () => {
      expect(await store().claimLink({ ...claim, stans: 999_998 })).toMatchObject({ firstStan: 1 })
      expect(await store().claimLink({ ...claim, stans: 3 })).toMatchObject({ firstStan: 999_999 })
      expect(await store().claimLink({ ...claim, stans: 1 })).toMatchObject({ firstStan: 3 })
    })

    test('of many who claim at once, one gets it', async () => {
      const claims = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((owner) => store().claimLink({ ...claim, owner })),
      )
      expect(claims.filter((ownership) => ownership !== null)).toHaveLength(1)
    })

    test('a former owner writes nothing any more', async () => {
      const first = await store().claimLink(claim)
      const fence = { link: LINK, generation: first?.generation ?? 0 }
      expect(await store().commit({ fence, payments: [samplePayment(1)] })).toBe('committed')
      await store().claimLink({ ...claim, owner: 'b', nowMs: 1_100 })
      expect(await store().commit({ fence, payments: [samplePayment(2)] })).toBe('conflict')
      expect((await store().payments(ACCOUNT, [sampleId('pi', 2)])).rows).toEqual([])
    })
  })
}
