import type { ServiceNotice } from '@holdfast/protocol'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTill } from '../build.ts'
import { openTillPage, type TillPage } from './test-support/till-page.ts'

/** The gateway's word comes with the next answer of the feed. */
const PATIENCE = { timeout: 40_000 }
const HOUR_MS = 3_600_000

let till: TillPage

beforeAll(async () => {
  await buildTill()
})

beforeEach(async () => {
  till = await openTillPage()
})

afterEach(() => till.close())

function maintenance(change: Partial<ServiceNotice> = {}): ServiceNotice {
  return {
    notice: 'ntc_000000000000000000000001',
    kind: 'maintenance',
    state: 'planned',
    startsMs: Date.now() + HOUR_MS,
    endsMs: Date.now() + 2 * HOUR_MS,
    texts: { en: 'The database moves to new disks.', fr: 'La base de données change de disques.' },
    ...change,
  }
}

const banner = () => till.page.getByTestId('service-notice')

test('ST10, SQ3: an announcement stands at the till with its times and a way to the status page, is put away, and is back when it changes', async () => {
  till.gateway.notices = [maintenance()]
  await banner().waitFor(PATIENCE)
  await till.picture('service-notice')
  await banner().locator('summary').click()
  expect(await banner().textContent()).toMatch(/Planned maintenance.*new disks.*go on selling/s)
  expect(await banner().getByRole('link').getAttribute('href')).toMatch(/^http:.*\/status$/)
  // The gateway of this test is on this machine: a telephone that read its address would find nothing.
  expect(await banner().getByRole('img', { name: 'QR code' }).count()).toBe(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await till.page.emulateMedia({ colorScheme })
    await till.picture(`service-notice-${colorScheme}`)
  }
  const tooWide = await till.page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
  expect(tooWide).toBeLessThanOrEqual(0)
  await banner().getByRole('button', { name: 'Put away' }).press('Enter')
  await banner().waitFor({ state: 'detached' })
  till.gateway.notices = [maintenance({ state: 'running', startsMs: Date.now() - 1_000 })]
  await banner().waitFor(PATIENCE)
  till.gateway.notices = []
  await banner().waitFor({ state: 'detached', ...PATIENCE })
})

test('ST10: it is away during a sale, and explains an outage to a till that was started in it', async () => {
  till.gateway.notices = [maintenance({ state: 'running', startsMs: Date.now() - 1_000 })]
  await banner().waitFor(PATIENCE)
  await till.page.getByRole('button', { name: '5', exact: true }).click()
  await till.page.getByRole('button', { name: /^Pay / }).click()
  await till.page.getByRole('button', { name: /^Visa/ }).first().waitFor()
  expect(await banner().count()).toBe(0)
  await till.page.getByRole('button', { name: /^Visa/ }).first().click()
  await till.page.locator('[data-outcome=approved]').waitFor()
  await till.page.getByRole('button', { name: 'New sale' }).click()
  await till.reopen({ offline: true })
  await banner().waitFor()
  await till.page.getByTestId('outage-banner').waitFor(PATIENCE)
  await till.picture('service-notice-outage')
  await till.page.getByRole('button', { name: '5', exact: true }).click()
  expect(await till.page.getByRole('button', { name: /^Pay / }).isEnabled()).toBe(true)
})
