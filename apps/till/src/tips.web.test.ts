import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTill } from '../build.ts'
import { type GatewayOfTest, openTillPage, type TillPage } from './test-support/till-page.ts'

/** Whoever was away is tried again at growing distances. */
const PATIENCE = { timeout: 20_000 }

let till: TillPage
let gateway: GatewayOfTest
let page: Page

beforeAll(async () => {
  await buildTill()
})

/** A till whose lease offers tips: fixed ones below 10 euros, percentages from there on. */
beforeEach(async () => {
  const eur = { percentages: [5, 10, 15], fixedMinor: [50, 100], fixedBelowMinor: 1_000 }
  till = await openTillPage(() => ({ tipping: { eur } }))
  ;({ gateway, page } = till)
})

afterEach(() => till.close())

async function enter(amount: string): Promise<void> {
  await page.keyboard.type(amount)
  await page.keyboard.press('Enter')
}

const choices = () => page.locator('.tip__choices').getByRole('button').allInnerTexts()
const button = (name: string | RegExp) => page.getByRole('button', { name })
const insertCard = () => page.getByRole('button', { name: /^Visa/ }).first().click()

async function heard(kind: string): Promise<readonly object[]> {
  await expect
    .poll(() => [...gateway.records.values()].some(({ header }) => header.kind === kind), PATIENCE)
    .toBe(true)
  return [...gateway.records.values()].map(({ header }) => header).filter((each) => each.kind === kind)
}

test('SQ17 TM17: the customer chooses a share of the amount, it is charged with the sale and on the receipt', async () => {
  await enter('2000')
  await page.getByRole('heading', { name: 'Would you like to add a tip?' }).waitFor()
  expect((await choices()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
    '5% €1.00',
    '10% €2.00',
    '15% €3.00',
    'Other amount',
  ])
  await button(/€2\.00/).click()
  await insertCard()
  await page.locator('[data-outcome=approved]').waitFor()
  expect(await heard('payment.accepted')).toMatchObject([{ amountMinor: 2_200, tipMinor: 200 }])
  await button('Receipt')
    .or(page.getByRole('link', { name: 'Receipt' }))
    .first()
    .click()
  await page.getByText('Tip included').waitFor()
})

test('below the threshold fixed amounts are offered, and whoever gives nothing pays what the goods cost', async () => {
  await enter('999')
  await button(/€0\.50/).waitFor()
  expect((await choices()).join(' ')).not.toContain('%')
  await button('No tip').click()
  await insertCard()
  await page.locator('[data-outcome=approved]').waitFor()
  expect(await heard('payment.accepted')).toMatchObject([{ amountMinor: 999, tipMinor: 0 }])
})

test('another amount is typed, and whoever cancels has sold nothing', async () => {
  await enter('2000')
  await button('Other amount').click()
  await page.keyboard.type('275')
  await page.getByText('Together €22.75').waitFor()
  await button('Add €2.75').click()
  await insertCard()
  await page.locator('[data-outcome=approved]').waitFor()
  expect(await heard('payment.accepted')).toMatchObject([{ amountMinor: 2_275, tipMinor: 275 }])
  await button('New sale').click()
  await enter('2000')
  await button('Cancel sale').click()
  await button('Enter an amount').waitFor()
  expect(await heard('sale.opened')).toHaveLength(1)
})

test('TM17: the choice is still there from a cold start without a network, and is stored with the payment', async () => {
  await till.reopen({ offline: true })
  ;({ page } = till)
  await button('Enter an amount').waitFor()
  await enter('2000')
  await button(/€3\.00/).click()
  await insertCard()
  await page.locator('[data-outcome=stored]').waitFor()
  gateway.fault = () => null
  expect(await heard('payment.accepted')).toMatchObject([{ amountMinor: 2_300, tipMinor: 300 }])
})

/** A sale without a tip, and then what its customer has written on the slip. */
async function openTipPage(): Promise<void> {
  await enter('2000')
  await button('No tip').click()
  await insertCard()
  await page.locator('[data-outcome]').waitFor()
  await button('New sale').click()
  await page.getByRole('link', { name: 'Payments' }).click()
  await page.getByRole('button', { name: /€20\.00/ }).click()
  await button('Add a tip').click()
  await page.getByRole('heading', { name: 'Tip after the sale' }).waitFor()
}

test('SQ17: a tip that is written in after the sale is told to the gateway, shown with the sale, changed, and taken back', async () => {
  await openTipPage()
  await page.keyboard.type('350')
  await page.getByText('€20.00 and the tip: €23.50').waitFor()
  await till.picture('write-tip')
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(tooWide, 'scrolls sideways').toBeLessThanOrEqual(0)
  await button('Charge €23.50 in all').click()
  await page.locator('.payment__amount', { hasText: '€23.50' }).waitFor()
  expect(await heard('tip.closed')).toMatchObject([{ tipMinor: 350, currency: 'eur' }])
  await button('Change the tip').click()
  await button('Take the tip back').click()
  await page.locator('.payment__amount', { hasText: '€20.00' }).waitFor()
  await expect.poll(async () => (await heard('tip.closed')).length, PATIENCE).toBe(2)
  expect((await heard('tip.closed')).at(-1)).toMatchObject({ tipMinor: 0 })
})

test('SQ17: written in without a network it counts in the limits at once, and what is too much is refused in words', async () => {
  await till.reopen({ offline: true })
  ;({ page } = till)
  await button('Enter an amount').waitFor()
  await openTipPage()
  await page.keyboard.type('99999999')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').innerText()).toContain('above the limit')
  for (let digit = 0; digit < 8; digit += 1) await page.keyboard.press('Backspace')
  await page.keyboard.type('100')
  await page.keyboard.press('Enter')
  await page.locator('.payment__amount', { hasText: '€21.00' }).waitFor()
  await till.picture('tip-written-in')
  gateway.fault = () => null
  expect(await heard('tip.closed')).toMatchObject([{ tipMinor: 100 }])
})

test('SQ17: the till hears that a tip was refused, says so at once and at the payment, and what to do', async () => {
  await openTipPage()
  await page.keyboard.type('350')
  await button('Charge €23.50 in all').click()
  await page.locator('.payment__amount', { hasText: '€23.50' }).waitFor()
  const payment = (await page.getByTestId('payment-id').textContent()) ?? ''
  await page.getByRole('link', { name: 'Sell' }).click()
  const word = { payment, tipMinor: 350, standsMinor: 0, currency: 'eur' } as const
  await gateway.sayTip({ ...word, code: 'tip_refused' })
  await page.getByRole('alert').filter({ hasText: 'A tip was not charged' }).waitFor()
  await till.picture('tip-refused-notice')
  await button('Show').click()
  await page.getByText('The tip of €3.50 was not charged').waitFor()
  await page.locator('.payment__amount', { hasText: '€20.00' }).waitFor()
  expect(await button(/tip$/).count(), 'no other tip is offered').toBe(0)
  for (const locale of ['fr', 'es', 'en'] as const) {
    await page.evaluate((language) => localStorage.setItem('holdfast.language', language), locale)
    await page.reload()
    await page.locator('.hf-banner--bad').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await till.picture(`tip-refused-${locale}-${colorScheme}`)
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, `${locale} scrolls sideways`).toBeLessThanOrEqual(0)
    }
  }
  await page.getByRole('link', { name: 'Payments' }).click()
  await page.getByText('Tip of €3.50 not charged').waitFor()
  await till.picture('tip-refused-list')
  await gateway.sayTip({ ...word, standsMinor: 350, code: null })
  await page.getByRole('button', { name: /€23\.50/ }).click()
  expect(await page.locator('.hf-banner--bad').count()).toBe(0)
})

test('SQ17: a tip that is above what the contract allows is written in anew, smaller, from where it is said', async () => {
  await openTipPage()
  await page.keyboard.type('900')
  await button('Charge €29.00 in all').click()
  await page.locator('.payment__amount', { hasText: '€29.00' }).waitFor()
  const payment = (await page.getByTestId('payment-id').textContent()) ?? ''
  await gateway.sayTip({
    payment,
    tipMinor: 900,
    standsMinor: 0,
    currency: 'eur',
    code: 'tip_above_tolerance',
  })
  await page.getByText('Write in a smaller tip, or take it as a new sale.').waitFor()
  await till.picture('tip-above-tolerance')
  await button('Add a tip').click()
  await page.getByRole('heading', { name: 'Tip after the sale' }).waitFor()
  await page.keyboard.type('200')
  await button('Charge €22.00 in all').click()
  await page.locator('.payment__amount', { hasText: '€22.00' }).waitFor()
  expect(await page.locator('.hf-banner--bad').count()).toBe(0)
})

test('the choice fits on 360 pixels in every language, light and dark', async () => {
  for (const [locale, title] of [
    ['fr', 'Souhaitez-vous laisser un pourboire ?'],
    ['es', '¿Desea dejar propina?'],
    ['en', 'Would you like to add a tip?'],
  ] as const) {
    await page.evaluate((language) => localStorage.setItem('holdfast.language', language), locale)
    await page.reload()
    await page.locator('.sell').waitFor()
    await enter('123456')
    await page.getByRole('heading', { name: title }).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await till.picture(`tip-${locale}-${colorScheme}`)
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, `${locale} scrolls sideways`).toBeLessThanOrEqual(0)
    }
    await page.keyboard.press('Escape')
  }
})
