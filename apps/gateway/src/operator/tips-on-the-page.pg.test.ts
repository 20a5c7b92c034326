import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { type MoneyStack, openMoneyStack } from '../test-support/money-stack.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { tipDesk } from '../test-support/tip-desk.ts'

const database = sharedDatabase()
let stack: MoneyStack
let shop: AccountShop
const { tipIs, tip, sold, parked } = tipDesk(database, () => stack)

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
  shop = await openAccountShop(database(), stack)
})
afterEach(async () => {
  await shop.close()
  await stack.close()
})

async function page(language: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${accountKeys.secret}:`).toString('base64')}`
  const answer = await fetch(`${shop.server.url}/operator`, {
    headers: { authorization, 'accept-language': language },
  })
  return answer.text()
}

test('MC5 SQ17: the merchant reads which tips were not charged, why and what can be done, in each language', async () => {
  expect(await page('en')).not.toContain('Tips that were not charged')
  const first = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12' } })
  await tip(first, 150)
  await tipIs('needs_attention')
  await tip(first, 201)
  await stack.until(async () => (await parked()).length === 1)
  for (const [language, title, why] of [
    ['en', 'Tips that were not charged', 'The bank refused it'],
    ['fr', 'Pourboires non débités', 'Refusé par la banque'],
    ['es', 'Propinas sin cobrar', 'Rechazada por el banco'],
  ] as const) {
    const html = await page(language)
    expect(html).toContain(title)
    expect(html).toContain(why)
    expect(html).toContain(first.paymentId)
  }
  expect(await page('en')).toContain('Above the contract')
})
