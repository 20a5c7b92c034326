import { describe, expect, test } from 'vitest'
import { runShortSale, type SaleVariant, saleVariants } from './short-sale.ts'

/** Of the gateway's steps a test run takes each fourth, to keep to its seconds; HOLDFAST_SIM_FULL=1 takes all. */
const GATEWAY_STRIDE = process.env['HOLDFAST_SIM_FULL'] === '1' ? 1 : 4

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

  test('ends even at whatever step the till dies', async () => {
    expect(await dieAtSteps(variant, { dies: 'till', from: 1, stride: 1 })).toBeGreaterThan(40)
  })

  test('ends even when the gateway dies', async () => {
    const from = 1 + (saleVariants.indexOf(variant) % GATEWAY_STRIDE)
    expect(await dieAtSteps(variant, { dies: 'gateway', from, stride: GATEWAY_STRIDE })).toBeGreaterThan(5)
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
