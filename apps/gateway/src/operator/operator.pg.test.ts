import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIABILITY_TEXT_VERSION } from '../devices/offline-liability.ts'
import { loadLeaseTerms } from '../devices/lease-terms.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const SIGNED_IN = { authorization: `Basic ${Buffer.from(`${accountKeys.secret}:`).toString('base64')}` }
const database = sharedDatabase()
let shop: AccountShop

beforeEach(async () => {
  shop = await openAccountShop(database())
})

afterEach(() => shop.close())

async function page(headers: Record<string, string> = {}, query = ''): Promise<string> {
  const answer = await fetch(`${shop.server.url}/operator${query}`, { headers: { ...SIGNED_IN, ...headers } })
  expect(answer.status).toBe(200)
  return answer.text()
}

function tokenIn(html: string): string {
  return /name="token" value="([\w-]+)"/.exec(html)?.[1] ?? ''
}

const FORM = {
  allowed: 'yes',
  perPayment: '150.50',
  storedTotal: '9000',
  storedCount: '400',
  acceptHours: '48',
  uploadHours: '72',
  by: 'Ada',
  accept: LIABILITY_TEXT_VERSION,
}

/** As the page itself sends it. */
async function send(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  const token = tokenIn(await page())
  return fetch(`${shop.server.url}/operator/offline_policy?currency=eur`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...SIGNED_IN, 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams({ token, key: accountKeys.secret, ...form }),
  })
}

test('without a secret key it asks for one, and says how', async () => {
  for (const headers of [{}, { authorization: `Basic ${Buffer.from('sk_test_no:').toString('base64')}` }]) {
    const answer = await fetch(`${shop.server.url}/operator`, { headers: headers as Record<string, string> })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Basic')
    expect(await answer.text()).toContain('sk_…')
  }
})

test('SQ4 SQ7: limits and the risk are changed by a form, and are in the next lease; the other currencies keep theirs', async () => {
  const answer = await send(FORM)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/operator?currency=eur&saved=1'])
  const { offline, liability } = await loadLeaseTerms(
    shop.gateway.database.pool,
    shop.device.row,
    shop.gateway.clock.wallMs(),
  )
  expect(liability).toMatchObject({ acceptedBy: 'Ada', textVersion: LIABILITY_TEXT_VERSION })
  expect(offline.kinds.deferred).toMatchObject({
    perPaymentMinor: { eur: 15_050, usd: 20_000 },
    storedTotalMinor: { eur: 900_000 },
    storedCount: 400,
    acceptanceWindowMs: 48 * 3_600_000,
    uploadWindowMs: 72 * 3_600_000,
  })
  expect(await page({}, '?saved=1')).toContain('role="status"')
})

test.each([
  ['an amount with too many decimals', { perPayment: '1.005' }],
  ['words', { storedCount: 'many' }],
  ['nobody’s name', { by: '  ' }],
  ['no acceptance of the risk', { accept: '' }],
])('%s is refused aloud, changes nothing, and what was typed is still there', async (_what, wrong) => {
  const answer = await send({ ...FORM, ...wrong, uploadHours: '71' })
  expect(answer.status).toBe(422)
  const html = await answer.text()
  expect(html).toContain('role="alert"')
  expect(html).toContain('value="71"')
  const { rows } = await shop.gateway.database.pool.query('select offline_terms, liability_by from accounts')
  expect(rows).toEqual([{ offline_terms: null, liability_by: null }])
})

test.each([{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])(
  'a form that another site makes a browser send changes nothing: %o',
  async (headers) => {
    expect((await send(FORM, headers)).status).toBe(403)
    const { rows } = await shop.gateway.database.pool.query('select liability_by from accounts')
    expect(rows).toEqual([{ liability_by: null }])
  },
)

test('SQ4: once a live device is enrolled the limits of the account need a live key, and the page says so', async () => {
  await shop.gateway.addDevice(2, { mode: 'live' })
  const answer = await send(FORM)
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('it needs a live key')
})

test('MC5: what waits and what is set apart is shown, and what a till has typed stays text', async () => {
  const sale = await shop.storeOffline(1_250)
  await shop.gateway.send(shop.device, [await shop.device.append({ kind: 'nothing.known' })])
  await shop.gateway.database.pool.query("update payments set reference = '<script>alert(1)</script>'")
  const html = await page({ 'accept-language': 'fr' })
  expect(html).toContain('<html lang="fr">')
  expect(html).toContain(sale.paymentId)
  expect(html).toContain('12,50')
  expect(html).not.toContain('<script>')
  expect(html).toContain('1 enregistrement mis de côté')
})

describe('what hurts asks for the key once more', () => {
  const limits = async () =>
    (await shop.gateway.database.pool.query('select offline_terms is not null as changed from accounts')).rows

  test.each([
    ['nothing', ''],
    ['another key', accountKeys.live],
    ['a part of it', accountKeys.secret.slice(0, -1)],
  ])(
    '%s is no confirmation: nothing is changed, and what was typed is there but for the key',
    async (_what, key) => {
      const answer = await send({ ...FORM, key, uploadHours: '71' })
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
      const html = await answer.text()
      expect(html).toContain('role="alert"')
      expect(html).toContain('value="71"')
      expect(key === '' || !html.includes(key)).toBe(true)
      expect(await limits()).toEqual([{ changed: false }])
    },
  )

  test('it holds for ten minutes, for this key and this browser alone', async () => {
    const first = await send(FORM)
    const set = first.headers.get('set-cookie') ?? ''
    expect(set).toMatch(
      /^__Host-holdfast-confirmed=.*; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    )
    const cookie = set.split(';', 1)[0] ?? ''
    const later = (headers: Record<string, string>) => send({ ...FORM, key: '' }, headers)
    expect(await page({ cookie })).not.toContain('type="password"')
    expect((await later({ cookie })).status).toBe(303)
    expect((await later({})).status).toBe(403)
    const [name, expires, mac] = cookie.split(/[=.]/, 3)
    expect((await later({ cookie: `${name}=${Number(expires) + 600_000}.${mac}` })).status).toBe(403)
    shop.gateway.clock.advance(600_000)
    expect(await page({ cookie })).toContain('type="password"')
    expect((await later({ cookie })).status).toBe(403)
  })

  test('in three languages, also where a batch is closed, a payment is decided and cards are chosen', async () => {
    const sale = await shop.waitingSale('retries_used_up')
    for (const [language, label] of [
      ['en', 'Your secret key, once more'],
      ['fr', 'Votre clé secrète, encore une fois'],
      ['es', 'Su clave secreta, otra vez'],
    ] as const) {
      for (const path of ['', `/review/${sale.paymentId}`, '/payment_methods/account'])
        expect(await page({ 'accept-language': language }, path)).toContain(label)
    }
  })

  test('it does not hold for longer when the clock of the gateway is set back', async () => {
    const cookie = (await send(FORM)).headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    shop.gateway.clock.advance(-3_600_000)
    expect((await send({ ...FORM, key: '' }, { cookie })).status).toBe(403)
    expect((await send(FORM)).status).toBe(303)
  })

  const sendTo = async (path: string, form: Readonly<Record<string, string>>) =>
    fetch(`${shop.server.url}/operator${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...SIGNED_IN, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ token: tokenIn(await page()), by: 'Ada', ...form }),
    })

  test.each([
    ['/payment_methods/account', { brand: 'visa', mode: 'contact' }],
    ['/review/pi_nobody', { word: 'release', sure: 'yes' }],
  ])('a form for %s that brings no key is not taken', async (path, form) => {
    expect((await sendTo(path, form)).status).toBe(403)
    expect(await shop.account.paymentMethods.get()).toMatchObject({ value: { account: null } })
  })

  test('ST14: the boxes that were ticked beside a wrong key are ticked again, and no others', async () => {
    const chosen = { brand: 'visa', mode: 'contact', by: 'Ada <b>', key: accountKeys.live }
    const html = await (await sendTo('/payment_methods/account', chosen)).text()
    const ticked = [...html.matchAll(/value="(\w+)" checked/g)].map(([, value]) => value)
    expect(ticked).toEqual(['visa', 'contact'])
    expect(html).toContain('value="Ada &#60;b&#62;"')
    expect(html).not.toContain(accountKeys.live)
  })
})

describe('a form', () => {
  test.each([
    ['without the token of its page', ''],
    ['with a token of another key', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ])('%s changes nothing, wherever it says that it comes from', async (_what, token) => {
    expect((await send({ ...FORM, token })).status).toBe(403)
  })

  test('of yesterday is still taken, of the day before it is not', async () => {
    const token = tokenIn(await page())
    shop.gateway.clock.advance(86_400_000)
    expect((await send({ ...FORM, token })).status).toBe(303)
    shop.gateway.clock.advance(86_400_000)
    expect((await send({ ...FORM, token })).status).toBe(403)
  })
})
