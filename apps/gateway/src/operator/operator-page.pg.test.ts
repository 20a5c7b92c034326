import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { hostCapture } from '@holdfast/iso8583'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { chromiumPath } from '../../../../tools/chromium.ts'
import { joinBatch } from '../batches/join-batch.ts'
import { transaction } from '../database/transaction.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

/** Set to a folder, the pages are also kept there as pictures. */
const PICTURES = process.env['HOLDFAST_PICTURES']

const database = sharedDatabase()
let browser: Browser
let shop: AccountShop
let context: BrowserContext
let page: Page

beforeAll(async () => {
  const { executablePath, env } = await chromiumPath()
  browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
})

afterAll(() => browser.close())

beforeEach(async () => {
  shop = await openAccountShop(database())
  await open('en-GB')
})

afterEach(async () => {
  await context.close()
  await shop.close()
})

/** A telephone of somebody who has signed in with a secret key. */
async function open(locale: string): Promise<void> {
  context = await browser.newContext({
    httpCredentials: { username: accountKeys.secret, password: '' },
    locale,
    hasTouch: true,
    viewport: { width: 360, height: 740 },
  })
  page = await context.newPage()
}

async function methodsOfDevices() {
  const methods = await shop.account.paymentMethods.get()
  if (!methods.ok) throw new Error('the account API answers')
  return methods.value.devices
}

const visit = (at = '') => page.goto(`${shop.server.url}/operator${at}`)

function openBatch(): Promise<string> {
  const { terminalId } = shop.device.row
  const key = { account: ACCOUNT, mode: 'test', link: hostCapture.name, terminalId, currency: 'eur' } as const
  return transaction(database().pool, (tx) => joinBatch(tx, key, idSourceOf(shop.gateway.world)))
}

test('a payment is rejected by keyboard alone, and not before the box is ticked', async () => {
  const { paymentId: payment } = await shop.waitingSale('retries_used_up')
  await visit()
  await page.getByRole('link', { name: `Decide: ${payment}` }).focus()
  await page.keyboard.press('Enter')
  const form = page.getByRole('group', { name: 'Reject' })
  await form.getByLabel('Your name').focus()
  await page.keyboard.type('Ada')
  await page.keyboard.press('Tab')
  await page.keyboard.type('sold by nobody')
  await page.keyboard.press('Enter')
  expect(await form.getByRole('checkbox').evaluate((box) => box.matches(':invalid'))).toBe(true)
  await form.getByRole('checkbox').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await page.keyboard.type(accountKeys.secret)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('Rejected.').waitFor()
  expect(await shop.account.review.decisions()).toMatchObject({
    value: { decisions: [{ decision: 'rejected', by: 'Ada', note: 'sold by nobody', payment }] },
  })
})

test('a batch is closed by touch', async () => {
  await openBatch()
  await visit()
  await page.getByRole('link', { name: /^Close now/ }).tap()
  await page.getByLabel('Your secret key').fill(accountKeys.secret)
  await page.getByRole('button', { name: 'Close now' }).tap()
  await page.getByText('The batch is closing.').waitFor()
  await page.getByText('No batch is open.').waitFor()
})

test('ST14: what a device takes is chosen and taken back on its page', async () => {
  const { deviceId } = shop.device.row
  await visit('/payment_methods')
  await page
    .getByRole('link', { name: /^Change/ })
    .last()
    .tap()
  for (const name of ['American Express', 'Typed in', 'Swiped']) await page.getByLabel(name).uncheck()
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Your secret key').fill(accountKeys.secret)
  await page.getByRole('button', { name: 'Save' }).tap()
  await page.getByRole('status').getByText('Saved.').waitFor()
  const devices = await methodsOfDevices()
  expect(devices).toMatchObject([{ device: deviceId, offered: { entryModes: ['contact', 'contactless'] } }])
  expect(devices[0]?.offered?.brands).not.toContain('amex')
  await page
    .getByRole('link', { name: /^Change/ })
    .last()
    .tap()
  await page.getByLabel('Your name').fill('Bob')
  // It was confirmed a moment ago, so nothing is asked again.
  expect(await page.getByLabel('Your secret key').count()).toBe(0)
  await page.getByRole('button', { name: 'Take back' }).tap()
  await page.getByRole('status').waitFor()
  expect(await methodsOfDevices()).toMatchObject([{ offered: null, inForce: null }])
})

test('another site makes the browser of somebody who is signed in ask the APIs for nothing', async () => {
  const batch = await openBatch()
  await visit()
  const { url } = shop.server
  const close = `${url}/account/v1/batches/${batch}/close`
  const body = `<form method="post" action="${url}/v1/customers"><input name="name" value="Eve"></form>
<script>onload = async () => {
  await fetch('${close}', { method: 'POST', mode: 'no-cors', credentials: 'include' })
  document.forms[0].submit()
}</script>`
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(body)
  })
  await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve))
  try {
    const { port } = other.address() as AddressInfo
    const answered = page.waitForResponse(/customers/)
    await page.goto(`http://localhost:${port}/`)
    expect((await answered).status()).toBe(401)
  } finally {
    other.close()
  }
  const { rows } = await database().pool.query('select name from customers')
  expect(rows).toEqual([])
  expect(await shop.account.batches.list({ state: 'open' })).toMatchObject({
    value: { batches: [{ batch }] },
  })
})

test('every page fits on 360 pixels in every language, light and dark, and what is pressed is large enough', async () => {
  const [again, lost, batch] = [
    await shop.waitingSale('retries_used_up'),
    await shop.waitingSale('outcome_lost'),
    await openBatch(),
  ]
  for (const locale of ['en-GB', 'fr-FR', 'es-ES']) {
    await context.close()
    await open(locale)
    for (const [name, at] of [
      ['list', ''],
      ['decide', `/review/${again.paymentId}`],
      ['books', `/review/${lost.paymentId}`],
      ['batch', `/batches/${batch}`],
      ['methods', '/payment_methods'],
      ['methods-of', `/payment_methods/${shop.device.row.deviceId}`],
    ] as const) {
      await visit(at)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        if (PICTURES !== undefined)
          await page.screenshot({
            path: path.join(PICTURES, `operator-${name}-${locale}-${colorScheme}.png`),
            fullPage: true,
          })
        const tooWide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
        expect(tooWide, `${name} in ${locale} scrolls sideways`).toBeLessThanOrEqual(0)
      }
      const heights = await page
        .locator('button, a.act')
        .evaluateAll((all) => all.map((each) => each.clientHeight))
      expect(Math.min(...heights), name).toBeGreaterThanOrEqual(44)
    }
  }
})
