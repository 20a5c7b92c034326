import { describe, expect, test } from 'vitest'
import { runShortSale, type SaleVariant, saleVariants } from './short-sale.ts'

/**
 * The answer that was lost after the issuer approved is tried at each step of the till. Of the rest a test run takes
 * each fourth step, to keep to its seconds; HOLDFAST_SIM_FULL=1 takes all.
 */
const SAMPLED = process.env['HOLDFAST_SIM_FULL'] === '1' ? 1 : 4

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

  test.each(['till', 'gateway'] as const)('ends even when the %s dies', async (dies) => {
    const stride = dies === 'till' && variant.startsWith('lost_') ? 1 : SAMPLED
    const from = 1 + (saleVariants.indexOf(variant) % stride)
    expect(await dieAtSteps(variant, { dies, from, stride })).toBeGreaterThan(40 / stride)
  })
})

/** Until the sale is over before the step comes; the number of deaths. */
async function dieAtSteps(
  variant: SaleVariant,
  { dies, from, stride }: { dies: 'till' | 'gateway'; from: number; stride: number },
): Promise<number> {
  for (let deaths = 0; ; deaths += 1) {
    const atStep = from + deaths * stride
    const sale = await runShortSale(variant, { dies, atStep })
    expect(sale.breaches, `${dies} dies at step ${atStep}`).toEqual([])
    expect(sale.charges, `${dies} dies at step ${atStep}`).toBeLessThanOrEqual(1)
    if (!sale.died) return deaths
  }
}
