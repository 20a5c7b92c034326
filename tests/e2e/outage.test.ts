import path from 'node:path'

import { freeBasePort } from '@holdfast/local'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { labClient, until } from './support/lab-client.ts'
import { dropHome, newHome, runLocal, type RunningStack, startLocal } from './support/running-stack.ts'
import { enrolTill, openTill, sellAtTill, type TillBrowser } from './support/till-browser.ts'

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

it('MP1 P1 P2: sold in an outage, browser closed, gateway killed; the sale is there, and is paid once under the id on the receipt', async () => {
  const place = { home, basePort: await freeBasePort() }
  const profile = path.join(home, 'browser')
  stack = await startLocal(place)
  const { ready } = stack
  const lab = labClient(ready.lab)
  const { hostname, port } = new URL(ready.gateway)
  const stripe = new Stripe(ready.keys.stripe, { host: hostname, port: Number(port), protocol: 'http' })

  browser = await openTill(profile, ready.till)
  await enrolTill(browser.page)
  const online = await sellAtTill(browser.page, { amountMinor: 1_250, card: 'visa' })
  expect(online.outcome, online.text).toBe('approved')
  await browser.page.getByRole('button', { name: 'New sale' }).click()

  await lab.state({ internet: 'down' })
  const offline = await sellAtTill(browser.page, { amountMinor: 4_200, card: 'visa' })
  expect(offline.outcome, offline.text).toBe('stored')
  await browser.page.getByRole('button', { name: 'Receipt' }).click()
  const paper = browser.page.locator('.paper')
  await paper.getByText(offline.paymentId).waitFor()
  expect(await paper.textContent()).toContain('Accepted offline')
  await browser.close()

  const gateway = (await lab.services()).find(({ id }) => id === 'gateway')
  process.kill(Number(gateway?.pid), 'SIGKILL')
  await until(async () => {
    const now = (await lab.services()).find(({ id }) => id === 'gateway')
    return now?.state === 'running' && now.pid !== gateway?.pid
  }, 30_000)

  browser = await openTill(profile, ready.till)
  await browser.page.getByRole('link', { name: 'Payments' }).click()
  await browser.page.getByText('Stored, waiting to be sent').waitFor()
  await expect(stripe.paymentIntents.retrieve(offline.paymentId)).rejects.toMatchObject({
    code: 'resource_missing',
  })

  await lab.state({ internet: 'up' })
  await until(async () => {
    const intent = await stripe.paymentIntents.retrieve(offline.paymentId).catch(() => null)
    return intent?.status === 'succeeded'
  }, 40_000)
  const paid = await stripe.paymentIntents.retrieve(offline.paymentId)
  expect(paid).toMatchObject({ id: offline.paymentId, amount: 4_200, currency: 'eur', status: 'succeeded' })
  expect((await stripe.paymentIntents.retrieve(online.paymentId)).status).toBe('succeeded')
  await browser.page.getByText('Authorised later').waitFor()

  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({
    sales: 2,
    accepted: 2,
    authorised: 2,
    pending: 0,
    differences: [],
    notReachable: [expect.stringContaining('Counter 1')],
  })
  expect(audit.code).toBe(0)
})
