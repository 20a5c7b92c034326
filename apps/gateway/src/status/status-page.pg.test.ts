import path from 'node:path'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumPath } from '../../../../tools/chromium.ts'
import { transaction } from '../database/transaction.ts'
import { announceNotice, changeNotice } from '../notices/change-notice.ts'
import { readNotices } from '../notices/read-notices.ts'
import type { Notice, NoticeStep } from '../notices/notice.ts'
import { accountKeys, openAccountShop } from '../test-support/account-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

/** Set to a folder, the pages are also kept there as pictures. */
const PICTURES = process.env['HOLDFAST_PICTURES']
const HOUR_MS = 3_600_000

const database = sharedDatabase()
let browser: Browser

beforeAll(async () => {
  const { executablePath, env } = await chromiumPath()
  browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
})

afterAll(() => browser.close())

test('ST10, SQ3: with notices the status page and the operator page fit on 360 pixels, in every language, light and dark', async () => {
  const shop = await openAccountShop(database())
  const { pool } = database()
  const nowMs = shop.gateway.clock.wallMs()
  const ids = { wallMs: () => nowMs, randomBytes: (n: number) => nodeCrypto.randomBytes(n) }
  const texts = {
    en: 'The acquirer answers slowly. We are in contact with it.',
    fr: 'L’acquéreur répond lentement. Nous sommes en contact avec lui.',
  }
  const announce = (notice: Notice) =>
    transaction(pool, (tx) =>
      announceNotice(tx, { notice, touches: ['gateway', 'acquirer_link'], texts }, ids),
    )
  const change = (id: string, step: NoticeStep) =>
    transaction(pool, (tx) =>
      changeNotice(tx, id, { step, texts: { en: 'A'.repeat(300), fr: 'Réparé.' } }, nowMs),
    )
  const incident: Notice = { kind: 'incident', state: 'investigating', beganMs: nowMs - HOUR_MS }
  await change(await announce(incident), { do: 'update', state: 'monitoring' })
  await change(await announce(incident), { do: 'end' })
  const window = { fromMs: nowMs + 24 * HOUR_MS, toMs: nowMs + 26 * HOUR_MS }
  await announce({ kind: 'maintenance', state: 'planned', window })
  shop.server.notices.learn(await readNotices(pool, nowMs), nowMs)
  for (const locale of ['en-GB', 'fr-FR', 'es-ES']) {
    const context = await browser.newContext({
      httpCredentials: { username: accountKeys.secret, password: '' },
      locale,
      viewport: { width: 360, height: 740 },
    })
    const page = await context.newPage()
    for (const at of ['status', 'operator']) {
      await page.goto(`${shop.server.url}/${at}`)
      expect(await page.locator('article[id^=ntc_]').count()).toBe(at === 'status' ? 3 : 2)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        if (PICTURES !== undefined)
          await page.screenshot({
            path: path.join(PICTURES, `${at}-notices-${locale}-${colorScheme}.png`),
            fullPage: true,
          })
        const tooWide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
        expect(tooWide, `${at} in ${locale} scrolls sideways`).toBeLessThanOrEqual(0)
      }
    }
    await context.close()
  }
  await shop.close()
})
