import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTill } from '../build.ts'
import { openTillPage, type TillPage } from './test-support/till-page.ts'

let till: TillPage

beforeAll(async () => {
  await buildTill()
})

beforeEach(async () => {
  till = await openTillPage(() => ({ offered: { brands: ['visa'], entryModes: ['contact'] } }))
})

afterEach(() => till.close())

test('ST14: the till says what is taken, refuses another brand before anything is sent, and goes on with another card', async () => {
  const { page, gateway } = till
  await page.keyboard.type('2000')
  await page.keyboard.press('Enter')
  await page.getByText('Visa (chip inserted)').waitFor()
  await page.getByRole('button', { name: 'Mastercard' }).click()
  await page.getByText('Cards of this brand are not taken here.').waitFor()
  expect([...gateway.records.values()].map(({ header }) => header.kind)).not.toContain('attempt.started')
  await page.getByRole('button', { name: 'Try another card' }).click()
  await page.getByRole('button', { name: 'Visa contactless' }).click()
  await page.getByText('This way of presenting a card is not offered here.').waitFor()
  await page.getByRole('button', { name: 'Try another card' }).click()
  await page.getByRole('button', { name: 'Visa', exact: true }).click()
  await page.locator('[data-outcome=approved]').waitFor()
})
