import path from 'node:path'

import { freeBasePort } from '@holdfast/local'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { labClient, until } from './support/lab-client.ts'
import { dropHome, newHome, runLocal, type RunningStack, startLocal } from './support/running-stack.ts'
import { enrolTill, openTill, type TillBrowser } from './support/till-browser.ts'
import { webShop } from './support/web-shop.ts'

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

const numbers = (page: Page) =>
  page.locator('[data-order]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-order')))

const stateOf = (page: Page, number: string) =>
  page.locator(`[data-order="${number}"]`).getAttribute('data-state')

it('SQ12 P2: ordered online during an outage, the gateway killed between; at the till in order, once, and paid once', async () => {
  const place = { home, basePort: await freeBasePort() }
  const profile = path.join(home, 'browser')
  stack = await startLocal(place)
  const { ready } = stack
  const lab = labClient(ready.lab)
  const shop = webShop(ready)

  browser = await openTill(profile, ready.till)
  const { page } = browser
  await enrolTill(page)
  await shop.place(1)
  await page.getByRole('link', { name: /Orders/ }).click()
  await page.locator('[data-order="W-1"]').waitFor()

  await lab.state({ internet: 'down' })
  await shop.place(2)
  const gateway = (await lab.services()).find(({ id }) => id === 'gateway')
  const during = Promise.all([shop.place(3), shop.place(3)])
  process.kill(Number(gateway?.pid), 'SIGKILL')
  const [first, second] = await during
  expect(first.order).toBe(second.order)
  await shop.place(4)
  expect(await numbers(page)).toEqual(['W-1'])

  await page.locator('[data-order="W-1"]').getByRole('button').click()
  await page.locator('[data-card="visa"]').click()
  await page.locator('[data-outcome=stored]').waitFor()
  await page.getByRole('button', { name: 'New sale' }).click()

  await lab.state({ internet: 'up' })
  await page.getByRole('link', { name: /Orders/ }).click()
  await page.locator('[data-order="W-4"]').waitFor()
  expect(await numbers(page)).toEqual(['W-2', 'W-3', 'W-4', 'W-1'])
  await expect.poll(() => stateOf(page, 'W-1'), { timeout: 40_000 }).toBe('paid')
  await page.reload()
  await page.locator('[data-order="W-4"]').waitFor()
  expect(await numbers(page)).toEqual(['W-2', 'W-3', 'W-4', 'W-1'])

  expect(
    (await shop.orders()).map(({ number, state, payments }) => [number, state, payments.length]),
  ).toEqual([
    ['W-4', 'open', 0],
    ['W-3', 'open', 0],
    ['W-2', 'open', 0],
    ['W-1', 'paid', 1],
  ])
  await until(async () => (await lab.devices()).every(({ queued }) => queued === 0), 40_000)
  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({ differences: [] })
  expect(audit.code).toBe(0)
})
