import { describe, expect, test } from 'vitest'
import { runShortSale, type SaleVariant, saleVariants } from './short-sale.ts'

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

describe.each(saleVariants)('P1, P2: a sale %s', (variant) => {
  test('ends as the last word at the till says when nobody dies', async () => {
    for (const hostDeduplicates of [true, false]) {
      const sale = await runShortSale(variant, { dies: 'nobody', atStep: 0, hostDeduplicates })
      expect(sale.breaches).toEqual([])
      expect([sale.charges, sale.lastWord]).toEqual(CALM[variant])
    }
  })

  test.each(['till', 'gateway'] as const)('ends even at whatever step the %s dies', async (dies) => {
    let died = true
    let runs = 0
    for (let atStep = 1; died; atStep += 1) {
      const sale = await runShortSale(variant, { dies, atStep })
      expect(sale.breaches, `dies at step ${atStep}`).toEqual([])
      expect(sale.charges, `dies at step ${atStep}`).toBeLessThanOrEqual(1)
      died = sale.died
      runs += 1
    }
    expect(runs).toBeGreaterThan(20)
  })
})
