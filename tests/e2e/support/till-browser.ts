import { type BrowserContext, chromium, type Page } from 'playwright-core'

import { chromiumPath } from '../../../tools/chromium.ts'

export interface TillBrowser {
  readonly page: Page
  close(): Promise<void>
}

const PATIENCE_MS = 20_000

/** A real browser with a profile on disk, standing on the till's page. Works without network once the till was open. */
export async function openTill(profile: string, url: string): Promise<TillBrowser> {
  const { executablePath, env } = await chromiumPath()
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    env: { ...process.env, ...env },
    locale: 'en-GB',
    viewport: { width: 1_000, height: 900 },
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(url)
  return { page, close: () => context.close() }
}

/** The first time: one tap on the demo's device code, and the page is kept for a start without network. */
export async function enrolTill(page: Page): Promise<void> {
  await page.locator('.setup__demo').getByRole('button').click()
  await page.getByRole('heading', { name: 'New sale' }).waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
}

/** One sale with keys and taps; the till then shows its result. */
export async function sellAtTill(
  page: Page,
  sale: { readonly amountMinor: number; readonly card: string },
): Promise<{ outcome: string | null; paymentId: string; text: string }> {
  try {
    await page.getByRole('heading', { name: 'New sale' }).waitFor()
  } catch (error) {
    throw new Error(`the till asks for no new sale but shows: ${await page.locator('body').innerText()}`, {
      cause: error,
    })
  }
  await page.keyboard.type(String(sale.amountMinor))
  await page.getByRole('button', { name: /^Pay/ }).click()
  const card = page.locator(`[data-card="${sale.card}"]`)
  await card
    .or(page.getByRole('button', { name: 'More cards' }))
    .first()
    .waitFor()
  if (!(await card.isVisible())) await page.getByRole('button', { name: 'More cards' }).click()
  await card.click()
  const result = page.getByTestId('result')
  await result.waitFor()
  return {
    outcome: await result.getAttribute('data-outcome'),
    text: await result.innerText(),
    paymentId: (await page.getByTestId('payment-id').first().textContent()) ?? '',
  }
}
