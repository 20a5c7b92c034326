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

it('P2, SQ1, SQ2: the bank is slow, the cashier stores now, the late approval is adopted; the doctor names each outage', async () => {
  const place = { home, basePort: await freeBasePort() }
  stack = await startLocal(place)
  const { ready } = stack
  const lab = labClient(ready.lab)
  browser = await openTill(path.join(home, 'browser'), ready.till)
  const { page } = browser
  await enrolTill(page)

  const scripted = await fetch(`${ready.acquirer.control}/script`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ match: { next: 1 }, do: { delayMs: 9_000 } }),
  })
  expect(scripted.ok).toBe(true)
  const pressed = page.getByRole('button', { name: 'Store now instead of waiting' }).click()
  const sale = await sellAtTill(page, { amountMinor: 1_250, card: 'visa' })
  await pressed
  expect(sale.outcome, sale.text).toBe('stored')
  expect(sale.text).toContain('no answer came in time')

  const { hostname, port } = new URL(ready.gateway)
  const stripe = new Stripe(ready.keys.stripe, { host: hostname, port: Number(port), protocol: 'http' })
  await until(async () => {
    const intent = await stripe.paymentIntents.retrieve(sale.paymentId).catch(() => null)
    return intent?.status === 'succeeded'
  }, 40_000)

  await page.getByRole('button', { name: 'New sale' }).click()
  await page.getByRole('link', { name: 'More' }).click()
  await lab.state({ acquirer: 'down' })
  await page.getByText('The payment service answers, the banks do not').waitFor()
  await lab.state({ acquirer: 'up', internet: 'captive' })
  await page.getByText('Nothing answers: the internet is away').waitFor()
  await lab.state({ internet: 'up' })
  await page.getByText('Internet and payment service answer').waitFor()

  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({ accepted: 1, authorised: 1, pending: 0, differences: [] })
})
