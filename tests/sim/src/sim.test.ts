import { describe, expect, test } from 'vitest'
import { createFaultCounters } from '@holdfast/testing'
import { runDay } from './scenario.ts'
import { runShortSale, type SaleVariant, saleVariants } from './short-sale.ts'

const SEEDS = 14

/** Net approvals at the issuer when nobody dies, and the last word at the till. */
const CALM: Record<SaleVariant, readonly [charges: number, lastWord: string]> = {
  approved: [1, 'approved'],
  declined_then_cash: [0, 'voided'],
  stored_offline: [1, 'stored'],
  lost_then_stored: [1, 'stored'],
  lost_then_refused: [0, 'voided'],
  lost_then_cash: [0, 'voided'],
  lost_then_second_card_stored: [1, 'stored'],
  lost_then_second_card_approved: [1, 'approved'],
  approved_then_void: [0, 'voided'],
  stored_then_void: [0, 'voided'],
}

describe('seeded days', () => {
  test(`${SEEDS} days with every fault end even: nothing lost, nothing charged twice`, async () => {
    const totals = createFaultCounters()
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { world } = await runDay(String(seed))
      expect(world.watch.breaches(), `seed ${seed}`).toEqual([])
      totals.add(world.counters)
    }
    const mustHappen = [
      'shown.stored',
      'shown.approved',
      'net.answer_lost',
      'device.killed',
      'gateway.killed',
      'state.scan_finds_card_at_acquirer',
    ]
    expect(totals.never().filter((name) => mustHappen.includes(name))).toEqual([])
  })

  test('the same seed is the same day, another one is another', async () => {
    const [a, b, c] = [await runDay('7'), await runDay('7'), await runDay('8')]
    expect(a.hash).toBe(b.hash)
    expect(a.hash).not.toBe(c.hash)
  })
})

describe.each(saleVariants)('a sale %s', (variant) => {
  test('ends as the last word at the till says when nobody dies', async () => {
    for (const hostDeduplicates of [true, false]) {
      const sale = await runShortSale(variant, { dies: 'nobody', atStep: 0, hostDeduplicates })
      expect(sale.breaches).toEqual([])
      expect([sale.charges, sale.lastWord]).toEqual(CALM[variant])
    }
  })

  test.each(['till', 'gateway'] as const)('ends even wherever the %s dies', async (dies) => {
    let died = true
    let runs = 0
    for (let atStep = 1; died; atStep += 1) {
      const sale = await runShortSale(variant, { dies, atStep })
      expect(sale.breaches, `dies at step ${atStep}`).toEqual([])
      expect(sale.charges, `dies at step ${atStep}`).toBeLessThanOrEqual(1)
      died = sale.died
      runs += 1
    }
    expect(runs).toBeGreaterThan(10)
  })
})
