import { statusOf } from '@holdfast/core'
import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { joinBatch } from '../batches/join-batch.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const SIGNED_IN = { authorization: `Basic ${Buffer.from(`${accountKeys.secret}:`).toString('base64')}` }
const database = sharedDatabase()
let shop: AccountShop

beforeEach(async () => {
  shop = await openAccountShop(database())
})

afterEach(() => shop.close())

async function page(path = '', language = 'en'): Promise<string> {
  const headers = { ...SIGNED_IN, 'accept-language': language }
  return (await fetch(`${shop.server.url}/operator${path}`, { headers })).text()
}

/** As a browser sends a form of the page at `path`. */
async function send(
  path: string,
  form: Record<string, string>,
): Promise<{ status: number; to: string | null; html: string }> {
  const token = /name="token" value="([\w-]+)"/.exec(await page(path))?.[1] ?? ''
  const answer = await fetch(`${shop.server.url}/operator${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...SIGNED_IN, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ token, key: accountKeys.secret, ...form }),
  })
  return { status: answer.status, to: answer.headers.get('location'), html: await answer.text() }
}

const SURE = { by: 'Ada', note: 'looked at the receipts', sure: 'yes' }

describe('what waits for a person', () => {
  test('is shown with its reason in words and a way to decide, in three languages', async () => {
    const { paymentId } = await shop.forkedSale()
    const { deviceId } = shop.device.row
    for (const [language, why] of [
      ['en', 'Copied or restored device'],
      ['fr', 'Appareil copié ou restauré'],
      ['es', 'Dispositivo copiado o restaurado'],
    ] as const) {
      const html = await page('', language)
      expect(html).toContain(why)
      expect(html).toContain(`href="/operator/review/${paymentId}?device=${deviceId}"`)
    }
  })

  test('is released by name and with the box ticked, and then it is said who did it', async () => {
    const { paymentId } = await shop.forkedSale()
    const at = `/review/${paymentId}`
    expect(await send(at, { ...SURE, word: 'release' })).toMatchObject({
      status: 303,
      to: '/operator?done=released',
    })
    expect(await page('?done=released')).toContain('Released.')
    const after = await page(at)
    expect(after).toContain('Nothing of this waits any more.')
    expect(after).toContain('Ada said so')
  })

  test('is rejected only with a reason', async () => {
    const { paymentId } = await shop.forkedSale()
    const at = `/review/${paymentId}`
    const refused = await send(at, { ...SURE, note: ' ', word: 'reject' })
    expect(refused).toMatchObject({ status: 422 })
    expect(refused.html).toContain('role="alert"')
    expect(await send(at, { ...SURE, word: 'reject' })).toMatchObject({
      status: 303,
      to: '/operator?done=rejected',
    })
  })

  test.each([
    ['without a name', { by: ' ' }],
    ['without the word that one is sure', { sure: '' }],
  ])('%s it is not decided, and what was typed is still there', async (_what, wrong) => {
    const { paymentId } = await shop.forkedSale()
    const refused = await send(`/review/${paymentId}`, {
      ...SURE,
      word: 'release',
      ...wrong,
      note: 'a "reason" <b>',
    })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('&#34;reason&#34; &#60;b&#62;')
    expect(await shop.account.review.decisions()).toMatchObject({ value: { decisions: [] } })
  })

  test.each(['', 'accept'])('a word that no page of ours says (%o) decides nothing', async (word) => {
    const { paymentId } = await shop.forkedSale()
    expect(await send(`/review/${paymentId}`, { ...SURE, word })).toMatchObject({ status: 422 })
    expect(await shop.account.review.decisions()).toMatchObject({ value: { decisions: [] } })
  })

  test('and that somebody else has decided meanwhile is told in words', async () => {
    const { paymentId } = await shop.forkedSale()
    const at = `/review/${paymentId}`
    const form = await page(at)
    await shop.account.review.reject(paymentId, { by: 'Bob', note: 'sold by nobody' })
    const token = /name="token" value="([\w-]+)"/.exec(form)?.[1] ?? ''
    const late = await send(at, { ...SURE, word: 'release', token })
    expect(late.status).toBe(409)
    expect(late.html).toContain('Somebody has decided otherwise meanwhile')
    expect(late.html).toContain('Bob said so')
  })

  test('offers only what may be said of it', async () => {
    for (const [attention, words] of [
      ['deferred_too_old', ['reject']],
      ['retries_used_up', ['release', 'reject']],
      ['advice_refused', ['release']],
      ['outcome_lost', ['nothing', 'approval']],
    ] as const) {
      const html = await page(`/review/${(await shop.waitingSale(attention)).paymentId}`)
      const offered = [...html.matchAll(/name="word" value="(\w+)"/g)].map(([, word]) => word)
      expect([attention, offered]).toEqual([attention, words])
    }
  })

  test('P7: what the acquirer’s books hold is typed in as they have it', async () => {
    const { paymentId } = await shop.waitingSale('outcome_lost')
    const at = `/review/${paymentId}`
    const sold = new Date(shop.gateway.clock.wallMs() + 3_600_000).toISOString().slice(0, 19)
    const books = {
      ...SURE,
      word: 'approval',
      stan: '000123',
      rrn: '632512345678',
      transmitted: new Date(shop.gateway.clock.wallMs()).toISOString().slice(0, 19),
      saleTime: sold,
      responseCode: '00',
      approvalCode: '123456',
    }
    expect(await send(at, { ...books, stan: '12' })).toMatchObject({ status: 422 })
    expect(await send(at, books)).toMatchObject({ status: 303, to: '/operator?done=resolved' })
    expect(statusOf((await shop.gateway.payment(paymentId)).story)).toBe('succeeded')
  })

  test('records that nobody can read are rejected, and nothing else of their device with them', async () => {
    const { gateway, device } = shop
    await gateway.send(device, [await device.append({ kind: 'nothing.known' })])
    const sale = await shop.waitingSale('retries_used_up')
    const at = `/review/${device.row.deviceId}`
    expect(await page(at)).not.toContain('value="release"')
    expect(await send(at, { ...SURE, word: 'reject' })).toMatchObject({ status: 303 })
    expect(await shop.account.review.list()).toMatchObject({
      value: { parked: [], payments: [{ payment: sale.paymentId }] },
    })
  })

  test('is not decided by a form of another site, nor by one without the token of its page', async () => {
    const { paymentId } = await shop.forkedSale()
    expect(await send(`/review/${paymentId}`, { ...SURE, word: 'release', token: '' })).toMatchObject({
      status: 403,
    })
    expect(await shop.account.review.decisions()).toMatchObject({ value: { decisions: [] } })
  })
})

describe('an open batch', () => {
  async function openBatch(): Promise<string> {
    const { world } = shop.gateway
    const { terminalId } = shop.device.row
    const key = {
      account: ACCOUNT,
      mode: 'test',
      link: hostCapture.name,
      terminalId,
      currency: 'eur',
    } as const
    return transaction(database().pool, (tx) => joinBatch(tx, key, idSourceOf(world)))
  }

  test('SQ17: is shown, and closed now on its page; what is closed says so', async () => {
    const batch = await openBatch()
    expect(await page()).toContain(`href="/operator/batches/${batch}"`)
    expect(await send(`/batches/${batch}`, {})).toMatchObject({ status: 303, to: '/operator?done=closed' })
    expect(await page()).toContain('No batch is open.')
    expect(await page(`/batches/${batch}`)).toContain('The batch is closing.')
    expect(await page()).toMatch(new RegExp(`<code>batches close ${batch}</code><br>\\s.*sk_test_\\w+… · `))
  })

  test.each([
    ['without the key', { key: '' }],
    ['without the token of its page', { token: '' }],
  ])('is not closed %s', async (_what, form) => {
    const batch = await openBatch()
    const refused = await send(`/batches/${batch}`, form)
    expect(refused.status).toBe(403)
    expect(refused.html).toContain('role="alert"')
    expect(await page()).toContain(`href="/operator/batches/${batch}"`)
  })

  test('of nobody leads back', async () => {
    const answer = await fetch(`${shop.server.url}/operator/batches/bat_nothing`, {
      headers: SIGNED_IN,
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toBe('/operator')
  })
})

describe('the day of a location', () => {
  const day = () => `/days/${shop.device.row.location}`
  const FORM = { number: '1', by: 'Ada', sure: 'yes' }

  beforeEach(async () => {
    await shop.storeOffline(1_250)
    shop.gateway.clock.advance(60_000)
  })

  test('MC4: is shown with what no bank has decided apart, closed on its page, and shown as it was from then on', async () => {
    expect(await page()).toContain(`href="/operator${day()}"`)
    const running = await page(day())
    expect(running).toMatch(/Stored, no bank has decided.*× 1[^]*€12\.50/)
    expect(running).toMatch(/Net[^€]*€0\.00/)
    expect(await send(day(), FORM)).toMatchObject({ status: 303, to: `/operator${day()}/1` })
    const closed = await page(`${day()}/1`)
    expect(closed).toContain('Close 1 (Z)')
    expect(closed).toContain('Closed by Ada')
    expect(closed).toMatch(/Stored, no bank has decided.*× 1[^]*€12\.50/)
    expect(await page(day())).toContain(`href="/operator${day()}/1"`)
    for (const [language, words] of [
      ['fr', 'aucune banque n’a décidé'],
      ['es', 'ningún banco ha decidido'],
    ] as const)
      expect(await page(`${day()}/1`, language)).toContain(words)
  })

  test.each([
    ['without a name', { by: ' ' }, 422],
    ['by whoever is not sure', { sure: '' }, 422],
    ['under no number', { number: 'x' }, 422],
    ['under a number that is not the next one', { number: '7' }, 409],
    ['without the key', { key: '' }, 403],
    ['without the token of its page', { token: '' }, 403],
  ])('is not closed %s', async (_what, change, status) => {
    const refused = await send(day(), { ...FORM, ...change })
    expect(refused.status).toBe(status)
    expect(refused.html).toContain('role="alert"')
    expect(await page(day())).toContain('No day was closed here yet.')
  })

  test.each(['/days/loc_nothing', '/days/loc_000000000000000000000000', '/days/x/1'])(
    'that is nobody’s leads back: %s',
    async (path) => {
      const answer = await fetch(`${shop.server.url}/operator${path}`, {
        headers: SIGNED_IN,
        redirect: 'manual',
      })
      expect(answer.headers.get('location')).toBe('/operator')
    },
  )
})
