import type { OrderStatement } from '@holdfast/protocol'
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

beforeEach(async () => {
  till = await openTillPage()
  ;({ gateway, page } = till)
})

afterEach(() => till.close())

/** What the gateway says of order `W-n`. */
function order(n: number, change: Partial<OrderStatement> = {}): OrderStatement {
  return {
    order: `ord_${String(n).padStart(24, '0')}`,
    location: gateway.lease.location,
    revision: 1,
    state: 'open',
    channel: 'Web shop',
    number: `W-${n}`,
    amountMinor: 1_000 + n,
    currency: 'eur',
    lines: [
      { name: 'Lunch of the day, with a long name', quantity: 2, amountMinor: 900 },
      { name: 'Water', quantity: 1, amountMinor: 100 + n },
    ],
    note: 'Without onions, please',
    placedMs: Date.parse('2026-11-30T11:00:00Z') + n,
    ...change,
  }
}

const openOrders = () => page.getByRole('link', { name: /Orders/ }).click()
const numbers = () =>
  page.locator('[data-order]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-order')))
const card = (n: number) => page.locator(`[data-order="W-${n}"]`)

test('SQ12: without orders the screen says so; orders that came during an outage are all there after it, in order, once', async () => {
  await openOrders()
  await page.getByRole('heading', { name: 'No orders' }).waitFor()
  gateway.fault = () => ({ reached: false, why: 'refused' })
  // What was asked before the outage ends with the page.
  await page.reload()
  await page.getByRole('heading', { name: 'No orders' }).waitFor()
  for (const n of [1, 2, 3]) await gateway.sayOrder(order(n))
  expect(await numbers()).toEqual([])
  gateway.fault = () => null
  await card(3).waitFor()
  expect(await numbers()).toEqual(['W-1', 'W-2', 'W-3'])
  await page.reload()
  await card(3).waitFor()
  expect(await numbers()).toEqual(['W-1', 'W-2', 'W-3'])
})

test('SQ12: an order is paid by the usual sale, by keyboard too, is over then, and the payment names it', async () => {
  await gateway.sayOrder(order(1))
  await gateway.sayOrder(order(2))
  await openOrders()
  await card(2).getByRole('button', { name: 'Take €10.02' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Visa/ }).first().click()
  await page.locator('[data-outcome=approved]').waitFor()
  await page.getByRole('button', { name: 'New sale' }).click()
  await openOrders()
  await expect.poll(() => card(2).getAttribute('data-state'), PATIENCE).toBe('taken')
  expect(await numbers()).toEqual(['W-1', 'W-2'])
  expect(await card(2).getByRole('button', { name: /^Take/ }).count()).toBe(0)
  await expect
    .poll(
      () =>
        [...gateway.records.values()]
          .map(({ header }) => header)
          .find(({ kind }) => kind === 'payment.accepted'),
      PATIENCE,
    )
    .toMatchObject({ amountMinor: 1_002, reference: order(2).order })
  await gateway.sayOrder(order(2, { revision: 2, state: 'paid' }))
  await expect.poll(() => card(2).getAttribute('data-state'), PATIENCE).toBe('paid')
})

test('SQ12: a known order is paid offline, and one that another till has paid is over', async () => {
  await gateway.sayOrder(order(1))
  await gateway.sayOrder(order(2))
  await openOrders()
  await card(2).waitFor()
  await gateway.sayOrder(order(2, { revision: 2, state: 'paid' }))
  await expect.poll(() => card(2).getAttribute('data-state'), PATIENCE).toBe('paid')
  gateway.fault = () => ({ reached: false, why: 'refused' })
  await page.reload()
  await page.getByText('Without connection no new orders arrive.').waitFor()
  await card(1).getByRole('button', { name: 'Take €10.01' }).click()
  await page.getByRole('button', { name: /^Visa/ }).first().click()
  await page.locator('[data-outcome=stored]').waitFor()
})

test('a sale that is given up leaves its order to be paid', async () => {
  await gateway.sayOrder(order(1))
  await openOrders()
  await card(1).getByRole('button', { name: /^Take/ }).click()
  await page.getByRole('button', { name: 'Cancel sale' }).click()
  await expect.poll(() => card(1).getAttribute('data-state'), PATIENCE).toBe('open')
})

test('the orders fit on 360 pixels in every language, light and dark', async () => {
  await gateway.sayOrder(order(1))
  await gateway.sayOrder(order(2, { number: 'WEB-SHOP-2026-11-30-000000042' }))
  await gateway.sayOrder(order(3, { revision: 2, state: 'canceled' }))
  for (const [locale, title] of [
    ['fr', 'Commandes'],
    ['es', 'Pedidos'],
    ['en', 'Orders'],
  ] as const) {
    await page.evaluate((language) => localStorage.setItem('holdfast.language', language), locale)
    await page.goto(`${till.url}/#/orders`)
    await page.reload()
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await card(3).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await till.picture(`orders-${locale}-${colorScheme}`)
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, `${locale} scrolls sideways`).toBeLessThanOrEqual(0)
    }
  }
})
