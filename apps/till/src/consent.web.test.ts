import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTill } from '../build.ts'
import { type GatewayOfTest, openTillPage, type TillPage } from './test-support/till-page.ts'

let till: TillPage
let gateway: GatewayOfTest
let page: Page

beforeAll(async () => {
  await buildTill()
})

/** A till that is offline; from 20 euros a supervisor approves, from 40 euros a contact is asked for too. */
beforeEach(async () => {
  till = await openTillPage(() => ({ approvalAboveMinor: { eur: 2_000 }, contactAboveMinor: { eur: 4_000 } }))
  ;({ gateway, page } = till)
  gateway.fault = () => ({ reached: false, why: 'refused' })
})

afterEach(() => till.close())

/** By the keyboard, up to the card in the reader. */
async function sell(amount: string): Promise<void> {
  await page.keyboard.type(amount)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Visa/ }).first().click()
}

const dialog = () => page.getByRole('alertdialog')

test('a sale above the threshold of approval asks for the supervisor, by keyboard alone, and is stored with the name', async () => {
  await sell('2500')
  await dialog().getByRole('heading', { name: 'A supervisor must approve' }).waitFor()
  await till.picture('approval')
  await page.keyboard.press('Enter')
  await dialog().getByText('Who approves it?').waitFor()
  await page.keyboard.type('Ada, 17')
  await page.keyboard.press('Enter')
  await page.locator('[data-outcome=stored]').waitFor()
  expect(await approversOf(page)).toEqual(['Ada, 17'])
})

test('above both thresholds the supervisor is asked first and then a contact; what cannot be one is told at its field', async () => {
  await sell('4500')
  await dialog().getByLabel('Supervisor').fill('Ada')
  await dialog().getByRole('button', { name: 'Store the payment' }).click()
  await dialog().getByRole('heading', { name: 'How can the customer be reached?' }).waitFor()
  await page.keyboard.press('Enter')
  await dialog().getByText('A phone number or an e-mail address is needed.').waitFor()
  await page.keyboard.type('call me')
  await dialog().getByLabel('E-mail').fill('nobody')
  await page.keyboard.press('Enter')
  await dialog().getByText('This is not a phone number.').waitFor()
  await dialog().getByText('This is not an e-mail address.').waitFor()
  await dialog().getByLabel('E-mail').fill('customer@example.org')
  await dialog().getByLabel('Phone').fill('')
  await dialog().getByRole('button', { name: 'Store the payment' }).click()
  await page.locator('[data-outcome=stored]').waitFor()
  const stored = await recordsOf(page)
  expect(stored.map(({ approver }) => approver)).toEqual(['Ada'])
  // It is sealed: the journal of the page does not know it.
  expect(JSON.stringify(stored)).not.toContain('customer@example.org')
  expect(stored[0]?.contactSha256).toMatch(/^[0-9a-f]{64}$/)
})

test('whoever does not consent ends the sale, and its place in the limits is free', async () => {
  await sell('2500')
  await dialog().getByRole('button', { name: 'Paid in cash instead' }).click()
  await page.getByRole('heading', { name: 'New sale' }).waitFor({ state: 'attached' })
  expect(await recordsOf(page)).toEqual([])
  await sell('2500')
  await dialog().getByRole('button', { name: 'Cancel sale' }).click()
  await page.getByRole('heading', { name: 'New sale' }).waitFor({ state: 'attached' })
  expect(await kindsOf(page)).toEqual(['payment.voided', 'payment.voided'])
})

test('both dialogs fit on 360 pixels in every language, light and dark', async () => {
  for (const [locale, title] of [
    ['fr', 'Un responsable doit donner son accord'],
    ['es', 'Un supervisor debe dar su visto bueno'],
    ['en', 'A supervisor must approve'],
  ] as const) {
    await page.evaluate((language) => localStorage.setItem('holdfast.language', language), locale)
    await page.reload()
    await page.locator('form.sell').waitFor()
    await sell('4500')
    await dialog().getByRole('heading', { name: title }).waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await fits(`${locale} approval ${scheme}`)
    }
    await dialog().getByRole('textbox').fill('Ada')
    await page.keyboard.press('Enter')
    await expect.poll(() => dialog().getByRole('textbox').count()).toBe(2)
    await fits(`${locale} contact dark`)
    await page.emulateMedia({ colorScheme: 'light' })
    await fits(`${locale} contact light`)
    await dialog().getByRole('button').last().click()
    await page.locator('form.sell').waitFor()
  }
})

async function fits(name: string): Promise<void> {
  await till.picture(name.replaceAll(' ', '-'))
  const box = await dialog().boundingBox()
  expect(box?.x, name).toBeGreaterThanOrEqual(0)
  expect((box?.x ?? 0) + (box?.width ?? 0), name).toBeLessThanOrEqual(360)
  expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeLessThanOrEqual(740)
  const tooWide = await dialog().evaluate((element) => element.scrollWidth - element.clientWidth)
  expect(tooWide, `${name} scrolls sideways`).toBeLessThanOrEqual(0)
}

interface JournalHeader {
  readonly kind: string
  readonly approver?: string | null
  readonly contactSha256?: string | null
}

/** Of the till's own journal, oldest first. */
async function headersOf(till: Page): Promise<JournalHeader[]> {
  const texts = await till.evaluate(async () => {
    const [found] = (await indexedDB.databases()).filter(({ name }) => name?.endsWith('-keys') === false)
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(found?.name ?? '')
      request.addEventListener('success', () => resolve(request.result))
    })
    const records = await new Promise<{ wire: { header: string } }[]>((resolve) => {
      const request = database.transaction('records').objectStore('records').getAll()
      request.addEventListener('success', () => resolve(request.result))
    })
    database.close()
    return records.map(({ wire }) => wire.header)
  })
  return texts.map((text): JournalHeader => JSON.parse(text))
}

async function recordsOf(till: Page): Promise<JournalHeader[]> {
  return (await headersOf(till)).filter(({ kind }) => kind === 'payment.accepted')
}

async function approversOf(till: Page): Promise<unknown[]> {
  return (await recordsOf(till)).map(({ approver }) => approver)
}

async function kindsOf(till: Page): Promise<string[]> {
  return (await headersOf(till)).map(({ kind }) => kind).filter((kind) => kind.startsWith('payment.'))
}
