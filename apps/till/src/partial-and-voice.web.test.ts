import { must } from '@holdfast/core'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTill } from '../build.ts'
import { type GatewayOfTest, openTillPage, type TillPage } from './test-support/till-page.ts'

const PART = { result: 'approved', responseCode: '10', approvalCode: 'A1B2C3', approvedMinor: 700 } as const

let till: TillPage
let gateway: GatewayOfTest
let page: Page

beforeAll(async () => {
  await buildTill()
})

/** A till that is set up and online; offline it may defer up to 20 euros, and up to 200 with a code of the bank. */
beforeEach(async () => {
  till = await openTillPage(({ kinds }) => {
    const deferred = must(kinds.deferred, 'the lease of the tests has it')
    const voice = { ...deferred, perPaymentMinor: { eur: 20_000 } }
    return {
      kinds: { deferred: { ...deferred, perPaymentMinor: { eur: 2_000 } }, card_approved: deferred, voice },
    }
  })
  ;({ gateway, page } = till)
})

afterEach(() => till.close())

const outcome = (name: string) => page.locator(`[data-outcome=${name}]`)
const dialog = () => page.getByRole('alertdialog')

/** By the keyboard, up to the card in the reader. */
async function sell(amount: string, card = /^Visa/): Promise<void> {
  await page.locator('form.sell').waitFor()
  await page.keyboard.type(amount)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: card }).first().click()
}

async function speak(language: string): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem('holdfast.language', chosen), language)
  await page.reload()
}

test('MC3: a part that the bank approves says what is still to pay, and the rest is a new sale that names the first', async () => {
  gateway.issuer = [PART, { result: 'approved', responseCode: '00', approvalCode: 'R3ST00' }]
  await sell('1250')
  await outcome('partly_approved').getByText('€7.00 of €12.50 approved').waitFor()
  await outcome('partly_approved').getByText('€5.50 still to pay').waitFor()
  const first = await page.getByTestId('payment-id').innerText()
  await page.keyboard.press('Enter')
  await page.getByText('€5.50').waitFor()
  await page.getByRole('button', { name: /^Visa/ }).first().click()
  await outcome('approved').waitFor()
  await page.keyboard.press('Enter')
  await page.goto(`${till.url}/#/payments`)
  await page.getByText(`· ${first}`).waitFor()
  await page.getByText('€7.00 of €12.50 approved – €5.50 still to pay').click()
  await page.getByText('Rest paid with').waitFor()
  expect(await page.getByRole('button', { name: 'Pay the rest' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Cancel the sale' }).count()).toBe(0)
})

test('MC3: the whole sale is cancelled after a question, and the record of it is a void', async () => {
  gateway.issuer = [PART]
  await sell('1250')
  await page.getByRole('button', { name: 'Cancel the sale' }).click()
  await dialog().getByText('The approved €7.00 is given back to the customer.').waitFor()
  await dialog().getByRole('button', { name: 'Cancel the sale' }).click()
  await page.locator('form.sell').waitFor()
  await expect
    .poll(() => [...gateway.records.values()].map(({ header }) => header.kind))
    .toContain('payment.voided')
})

test('MC3: a page that dies over a part tells of it afterwards, and the payment’s page has both ways out', async () => {
  gateway.issuer = [PART]
  await sell('1250')
  await outcome('partly_approved').waitFor()
  await page.reload()
  await page.getByText('Part of the last sale is still to pay').waitFor()
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByTestId('part').getByText('€7.00 of €12.50 approved – €5.50 still to pay').waitFor()
  await fits('payment part en')
  await page.getByRole('button', { name: 'Cancel the sale' }).waitFor()
  await page.getByRole('button', { name: 'Pay the rest' }).click()
  await page.getByRole('button', { name: /^Visa/ }).first().click()
  await outcome('partly_approved').waitFor({ state: 'detached' })
})

test('a sale that is too large to be deferred is stored with the code of the bank, by keyboard alone', async () => {
  gateway.fault = () => ({ reached: false, why: 'refused' })
  await sell('4500')
  await dialog().getByRole('heading', { name: 'Call the bank for a code' }).waitFor()
  await page.keyboard.press('Enter')
  await dialog().getByText('Enter 1 to 6 letters or digits.').waitFor()
  await page.keyboard.type('ab12c')
  await page.keyboard.press('Enter')
  await outcome('stored').getByTestId('kind').getByText('Approved by telephone').waitFor()
  await fits('stored voice en')
  await page.getByRole('button', { name: 'Receipt' }).click()
  await page.getByText('AB12C').waitFor()
  await page.goto(`${till.url}/#/payments`)
  await page.locator('.payments__kind').getByText('Approved by telephone').waitFor()
})

test('a bank that wants to be called is not a decline; without its code the sale goes on as one', async () => {
  gateway.issuer = [{ result: 'declined', responseCode: '01' }]
  await sell('900')
  await dialog().getByText('The bank has not decided: it wants to be called.', { exact: false }).waitFor()
  await dialog().getByRole('button', { name: 'No code from the bank' }).click()
  await outcome('declined').waitFor()
  await page.getByRole('button', { name: 'Try another card' }).click()
  await page.getByRole('button', { name: /^Mastercard/ }).click()
  await dialog().getByLabel('Approval code from the bank').fill('777')
  await dialog().getByRole('button', { name: 'Store the payment' }).click()
  await outcome('stored').getByTestId('kind').getByText('Approved by telephone').waitFor()
})

test('MC3: both screens fit on 360 pixels in every language, light and dark', async () => {
  for (const [language, title, call] of [
    ['fr', 'Approuvé en partie', 'Appelez la banque pour un code'],
    ['es', 'Aprobado en parte', 'Llame al banco para pedir un código'],
    ['en', 'Approved in part', 'Call the bank for a code'],
  ] as const) {
    gateway.issuer = [PART, { result: 'declined', responseCode: '02' }]
    await speak(language)
    await sell('1250')
    await page.getByRole('heading', { name: title }).waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await fits(`part ${language} ${scheme}`)
    }
    await page.getByRole('button').last().click()
    await page.getByRole('article').waitFor()
    await fits(`part receipt ${language}`)
    await page.goto(`${till.url}/#/sell`)
    await sell('1250')
    await dialog().getByRole('heading', { name: call }).waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await fits(`voice ${language} ${scheme}`)
    }
    await dialog().getByRole('button').last().click()
    await outcome('declined').waitFor()
    await page.getByRole('button').last().click()
  }
  await page.goto(`${till.url}/#/payments`)
  await page.locator('.payments__part').first().waitFor()
  await fits('list part')
})

async function fits(name: string): Promise<void> {
  await till.picture(name.replaceAll(' ', '-'))
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(tooWide, `${name} scrolls sideways`).toBeLessThanOrEqual(0)
  const box = (await dialog().count()) === 0 ? null : await dialog().boundingBox()
  if (box === null) return
  expect(box.x, name).toBeGreaterThanOrEqual(0)
  expect(box.x + box.width, name).toBeLessThanOrEqual(360)
  expect(box.y + box.height, name).toBeLessThanOrEqual(740)
}
