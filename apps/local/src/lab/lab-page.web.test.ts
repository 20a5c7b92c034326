import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from 'vitest'

import { chromiumPath } from '../../../../tools/chromium.ts'
import { openLab, type RunningLab } from './test-support/running-lab.ts'

let browser: Browser
let lab: RunningLab
let page: Page
let complaints: string[]

beforeAll(async () => {
  const { executablePath, env } = await chromiumPath()
  browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
})

afterAll(() => browser.close())

beforeEach(async () => {
  lab = await openLab()
  page = await browser.newPage({ viewport: { width: 360, height: 800 }, locale: 'en-GB' })
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(lab.url)
})

afterEach(async () => {
  await page.close()
  await lab.close()
})

it('switches a line by keyboard, says so, and follows what somebody else switches', async () => {
  await page.getByText('All lines up').waitFor()
  await page.getByRole('radio', { name: 'up', exact: true }).first().focus()
  await page.keyboard.press('ArrowRight')
  await page.getByText('Internet: down').waitFor()
  expect(lab.lines.map(({ mode }) => mode)).toEqual(['down', 'down', 'up', 'up'])
  await fetch(`${lab.url}/state`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ internet: 'captive', service: 'brownout' }),
  })
  await page.getByText('Internet: captive portal, Gateway service: brownout').waitFor()
  expect(await page.getByRole('radio', { name: 'captive portal' }).isChecked()).toBe(true)
  expect(complaints).toEqual([])
})

it('sells once and in a burst, and refuses an amount that is none', async () => {
  await page.getByRole('button', { name: 'Sell once' }).click()
  await page.getByText('1 approved').waitFor()
  await page.getByText('€12.50').waitFor()
  await page.getByRole('button', { name: 'Burst of 20' }).click()
  await page.getByText('20 approved').waitFor()
  await page.getByLabel('Amount').fill('12.5.0')
  await page.getByRole('button', { name: 'Sell once' }).click()
  await page.getByText('The amount must look like 12.50.').waitFor()
  expect(await page.locator('#results li').count()).toBe(21)
  expect(complaints).toEqual([])
})

it('kills and starts a device; fits on a telephone', async () => {
  const card = page.locator('#devices li')
  await card.getByText('online').waitFor()
  await card.getByRole('button', { name: 'kill -9 cashier-1' }).click()
  await card.getByText('killed').waitFor()
  expect(lab.device.process.state).toBe('killed')
  await card.getByRole('button', { name: 'Start cashier-1' }).click()
  await card.getByText('online').waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(complaints).toEqual([])
})
