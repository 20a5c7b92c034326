import { serveScriptedGateway } from '@holdfast/sdk/scripted-gateway'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { chromiumPath } from '../../../tools/chromium.ts'
import { buildTill } from '../build.ts'
import { startTillServer, type TillServer } from './server.ts'

/** Set to a folder, the screens are also kept there as pictures. */
const PICTURES = process.env['HOLDFAST_PICTURES']

let gateway: Awaited<ReturnType<typeof serveScriptedGateway>>
let server: TillServer
let profile: string
let context: BrowserContext
let page: Page

beforeAll(async () => {
  await buildTill()
})

/** A till whose lease offers tips: fixed ones below 10 euros, percentages from there on. */
beforeEach(async () => {
  gateway = await serveScriptedGateway({ storedCount: 100 })
  const suggestions = { percentages: [5, 10, 15], fixedMinor: [50, 100], fixedBelowMinor: 1_000 }
  gateway.gateway.lease = { ...gateway.gateway.lease, tipping: { eur: suggestions } }
  server = await startTillServer({ port: 0, gatewayUrl: gateway.url })
  profile = mkdtempSync(path.join(tmpdir(), 'holdfast-tips-'))
  await openTill()
  await page.getByLabel('Device code').fill('ABCD2345')
  await page.getByLabel('Name of this till').fill('Counter 1')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Enter an amount' }).waitFor()
})

afterEach(async () => {
  await context.close()
  await server.close()
  gateway.close()
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
})

async function openTill(): Promise<void> {
  const { executablePath, env } = await chromiumPath()
  context = await chromium.launchPersistentContext(profile, {
    executablePath,
    env: { ...process.env, ...env },
    locale: 'en-GB',
    viewport: { width: 360, height: 740 },
  })
  page = await context.newPage()
  await page.goto(`http://localhost:${server.port}/`)
}

async function enter(amount: string): Promise<void> {
  await page.keyboard.type(amount)
  await page.keyboard.press('Enter')
}

const choices = () => page.locator('.tip__choices').getByRole('button').allInnerTexts()
const button = (name: string | RegExp) => page.getByRole('button', { name })
const insertCard = () => page.getByRole('button', { name: /^Visa/ }).first().click()

async function heard(kind: string): Promise<readonly object[]> {
  await expect
    .poll(() => [...gateway.gateway.records.values()].some(({ header }) => header.kind === kind))
    .toBe(true)
  return [...gateway.gateway.records.values()]
    .map(({ header }) => header)
    .filter((each) => each.kind === kind)
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
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await context.close()
  gateway.gateway.fault = () => ({ reached: false, why: 'refused' })
  await server.close()
  await openTill()
  await button('Enter an amount').waitFor()
  await enter('2000')
  await button(/€3\.00/).click()
  await insertCard()
  await page.locator('[data-outcome=stored]').waitFor()
  gateway.gateway.fault = () => null
  expect(await heard('payment.accepted')).toMatchObject([{ amountMinor: 2_300, tipMinor: 300 }])
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
      if (PICTURES !== undefined)
        await page.screenshot({
          path: path.join(PICTURES, `tip-${locale}-${colorScheme}.png`),
          animations: 'disabled',
        })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, `${locale} scrolls sideways`).toBeLessThanOrEqual(0)
    }
    await page.keyboard.press('Escape')
  }
})
