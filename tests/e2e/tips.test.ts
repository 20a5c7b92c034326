import path from 'node:path'

import { freeBasePort } from '@holdfast/local'
import type { Page } from 'playwright-core'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { script } from './support/acquirer-script.ts'
import { until } from './support/lab-client.ts'
import {
  dropHome,
  newHome,
  type Place,
  runLocal,
  runOperator,
  type RunningStack,
  startLocal,
} from './support/running-stack.ts'
import { enrolTill, openTill, sellAtTill, type TillBrowser } from './support/till-browser.ts'

/** Set to a folder, what the till shows is also kept there as pictures. */
const PICTURES = process.env['HOLDFAST_PICTURES']
const PATIENCE_MS = 40_000

let home: string
let stack: RunningStack | undefined
let browser: TillBrowser | undefined

beforeEach(() => {
  home = newHome()
})

afterEach(async () => {
  await browser?.close()
  await stack?.stop()
  dropHome(home)
})

const button = (page: Page, name: string) => page.getByRole('button', { name })

/** Sold without a tip, which is then written in on the page of the payment. */
async function sellAndTip(
  page: Page,
  sale: { readonly amountMinor: number; readonly tipMinor: number; readonly inAll: string },
): Promise<string> {
  await page.getByRole('link', { name: 'Sell' }).click()
  const answered = button(page, 'No tip').click()
  const { outcome, paymentId, text } = await sellAtTill(page, { amountMinor: sale.amountMinor, card: 'visa' })
  await answered
  expect(outcome, text).toBe('approved')
  await button(page, 'New sale').click()
  await page.getByRole('link', { name: 'Payments' }).click()
  await page.locator('.payments__amount').first().click()
  await button(page, 'Add a tip').click()
  await page.getByRole('heading', { name: 'Tip after the sale' }).waitFor()
  await page.keyboard.type(String(sale.tipMinor))
  await button(page, `Charge ${sale.inAll} in all`).click()
  await page.locator('.payment__amount', { hasText: sale.inAll }).waitFor()
  return paymentId
}

async function closeBatch(place: Place): Promise<void> {
  const listed = await runOperator(place, 'batches', 'list')
  const batch = /bat_\w+/.exec(listed.output)?.[0] ?? ''
  expect((await runOperator(place, 'batches', 'close', batch)).output).toContain('is closing')
  await until(
    async () => /closed|funded/.test((await runOperator(place, 'batches', 'list')).output),
    PATIENCE_MS,
  )
}

it('SQ17 P2: tips after the sale, one taken and one refused: the till says which, all goes back, and every book agrees', async () => {
  const place = { home, basePort: await freeBasePort(), acquirerProfile: 'host-capture' }
  stack = await startLocal(place)
  const { ready } = stack
  const { hostname, port } = new URL(ready.gateway)
  const stripe = new Stripe(ready.keys.stripe, { host: hostname, port: Number(port), protocol: 'http' })
  const { id } = await stripe.terminal.configurations.create({
    tipping: { eur: { percentages: [5, 10, 15] } },
  })
  await stripe.terminal.locations.update(ready.location, { configuration_overrides: id })
  browser = await openTill(path.join(home, 'browser'), ready.till)
  const { page } = browser
  await enrolTill(page)
  const picture = async (name: string) => {
    if (PICTURES !== undefined) await page.screenshot({ path: path.join(PICTURES, `${name}.png`) })
  }
  const received = async (payment: string) =>
    (await stripe.paymentIntents.retrieve(payment).catch(() => null))?.amount_received
  const refunded = async (payment: string) => {
    const refund = await stripe.refunds.create({ payment_intent: payment })
    await until(async () => (await stripe.refunds.retrieve(refund.id)).status === 'succeeded', PATIENCE_MS)
    return refund.amount
  }

  const first = await sellAndTip(page, { amountMinor: 2_000, tipMinor: 350, inAll: '€23.50' })
  await until(async () => (await received(first)) === 2_350, PATIENCE_MS)
  // The acquirer takes one final amount: once the till has heard of it, it offers no other.
  await button(page, 'Change the tip').waitFor({ state: 'detached' })
  await picture('e2e-tip-taken')

  await script(ready.acquirer.control, {
    match: { message: 'advice', next: 1 },
    do: { responseCode: '12' },
  })
  const second = await sellAndTip(page, { amountMinor: 1_000, tipMinor: 100, inAll: '€11.00' })
  await page.getByText('The tip of €1.00 was not charged').waitFor()
  await page.locator('.payment__amount', { hasText: '€10.00' }).waitFor()
  await picture('e2e-tip-refused')
  await page.reload()
  await page.getByText('Do not charge it again yourself').waitFor()
  expect(await received(second)).toBe(1_000)

  await expect(stripe.refunds.create({ payment_intent: second, amount: 1_100 })).rejects.toMatchObject({
    code: 'amount_too_large',
    message: 'Refund amount (1100) is greater than unrefunded amount on charge (1000).',
  })
  expect([await refunded(first), await refunded(second)]).toEqual([2_350, 1_000])

  await closeBatch(place)
  // Whoever looks after the money hears of it too, until somebody has said what becomes of it.
  expect((await runOperator(place, 'money', 'check')).output).toContain('tip presentment_refused')
  const stuck = /prs_\w+/.exec((await runOperator(place, 'presentments', 'list')).output)?.[0] ?? ''
  const note = ['--note', 'the guest has left'] as const
  expect((await runOperator(place, 'presentments', 'give-up', stuck, ...note, '--yes')).code).toBe(0)
  const checked = await runOperator(place, 'money', 'check')
  expect(checked.code, checked.output).toBe(0)
  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({ accepted: 2, authorised: 2, pending: 0, differences: [] })
})
