import { freeBasePort } from '@holdfast/local'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { jsonRequest } from '../../apps/local/src/process/json-request.ts'
import { script } from './support/acquirer-script.ts'
import { type LabClient, labClient, until } from './support/lab-client.ts'
import {
  dropHome,
  newHome,
  type Place,
  runLocal,
  type RunningStack,
  runOperator,
  startLocal,
} from './support/running-stack.ts'

/** Longer than the acquirer may take for an answer, a repeat included. */
const PATIENCE_MS = 60_000

let place: Place
let stack: RunningStack
let lab: LabClient
let stripe: Stripe

beforeEach(async () => {
  place = { home: newHome(), basePort: await freeBasePort() }
  stack = await startLocal(place)
  const { ready } = stack
  lab = labClient(ready.lab)
  const { hostname, port } = new URL(ready.gateway)
  stripe = new Stripe(ready.keys.stripe, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  })
})

afterEach(async () => {
  await stack.stop()
  dropHome(place.home)
})

it('TM14: a hold is raised by Stripe’s client until the account has no more, captured as raised, and its batch is closed with clean books', async () => {
  const { control } = stack.ready.acquirer
  const account = { card: 'visa', currency: '978', availableMinor: 1_600 }
  expect(await jsonRequest(`${control}/accounts`, { method: 'POST', body: account })).toMatchObject({
    status: 201,
  })
  const id = await hold(1_000)
  expect(await raise(id, 1_500)).toMatchObject({ status: 'requires_capture', amount_capturable: 1_500 })
  await expect(raise(id, 2_500)).rejects.toMatchObject({
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    payment_intent: { amount_capturable: 1_500 },
  })
  expect(await stripe.paymentIntents.capture(id)).toMatchObject({
    status: 'succeeded',
    amount_received: 1_500,
  })
  await closeDay(id)
  expect(await atHost()).toMatchObject([
    { chargedMinor: 1_500, increments: [{ outcome: 'approved' }, { outcome: 'declined' }] },
  ])
})

it('P2 TM14: the answer to an increment is lost, and the acquirer is killed with the next one under way: each is held once, and captured', async () => {
  const { control } = stack.ready.acquirer
  const id = await hold(1_000)
  await script(control, { match: { message: 'increment', next: 1 }, do: { drop: 'after' } })
  expect(await persist(() => raise(id, 1_500, 'night-2'))).toMatchObject({ amount_capturable: 1_500 })

  await script(control, { match: { message: 'increment', next: 1 }, do: { delayMs: 10_000 } })
  const raising = persist(() => raise(id, 1_700, 'night-3'))
  await until(async () => (await atHost())[0]?.increments?.length === 2, PATIENCE_MS)
  await lab.killService('acquirer')
  expect(await raising).toMatchObject({ amount_capturable: 1_700 })
  expect((await runOperator(place, 'increments', 'list')).output).not.toContain(id)

  expect(await stripe.paymentIntents.capture(id)).toMatchObject({ amount_received: 1_700 })
  await closeDay(id)
  expect(await atHost()).toMatchObject([
    {
      chargedMinor: 1_700,
      increments: [
        { amountMinor: 500, reversed: false, timesAsked: 2 },
        { amountMinor: 200, reversed: false, timesAsked: 2 },
      ],
    },
  ])
})

it('P2 TM14: nobody answers, the line is down and the guest leaves: given up by the operator, captured without it, and taken back when the line is up', async () => {
  const { gateway, acquirer } = stack.ready
  const id = await hold(1_000)
  await script(acquirer.control, { match: { message: 'increment' }, do: { drop: 'after' } })
  const raising = raise(id, 1_500).catch((error: unknown) => error)
  await until(async () => (await atHost())[0]?.increments?.length === 1, PATIENCE_MS)
  await lab.state({ acquirer: 'down' })
  expect(await raising).toMatchObject({ statusCode: 503, doc_url: docOf('increment_undecided') })
  await expect(stripe.paymentIntents.capture(id)).rejects.toMatchObject({ code: 'lock_timeout' })
  const { output } = await runOperator(place, 'increments', 'list', '--stuck')
  expect(output).toMatch(new RegExp(`${id} +5\\.00 EUR +10\\.00 EUR +unknown`))
  expect(await (await fetch(`${gateway}/metrics`)).text()).toContain(
    'holdfast_increments_stuck{state="unknown"} 1',
  )

  const increment = /inc_\w+/.exec(output)?.[0] ?? ''
  const givenUp = await runOperator(place, 'increments', 'give-up', increment, '--yes')
  expect(givenUp.code, givenUp.output).toBe(0)
  expect(await stripe.paymentIntents.capture(id)).toMatchObject({ amount_received: 1_000 })
  await expect(raise(id, 1_500)).rejects.toMatchObject({ doc_url: docOf('increment_not_made') })

  await lab.state({ acquirer: 'up' })
  await until(async () => !(await runOperator(place, 'increments', 'list')).output.includes(id), PATIENCE_MS)
  await closeDay(id)
  expect(await atHost()).toMatchObject([
    { chargedMinor: 1_000, reversed: false, increments: [{ outcome: 'approved', reversed: true }] },
  ])
})

const raise = (id: string, amount: number, idempotencyKey = `${id}-${amount}`) =>
  stripe.paymentIntents.incrementAuthorization(id, { amount }, { idempotencyKey })

/** Where Stripe has no code of its own, the documentation names ours. */
const docOf = (code: string) => `${stack.ready.gateway}/docs/errors#${code}`

/** Sold at a till by hand; resolves when it waits for its capture. */
async function hold(amountMinor: number): Promise<string> {
  const [sold] = await lab.sell({ card: 'visa', amountMinor, captureMethod: 'manual' })
  const id = sold?.paymentId ?? ''
  await until(async () => {
    const intent = await stripe.paymentIntents.retrieve(id).catch(() => null)
    return intent?.status === 'requires_capture'
  }, PATIENCE_MS)
  return id
}

/** As a merchant does who is told to ask again: the same request, until it is decided. */
async function persist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const deadlineMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isUndecided =
        error instanceof Stripe.errors.StripeError && error.doc_url === docOf('increment_undecided')
      if (!isUndecided || performance.now() > deadlineMs) throw error
    }
  }
}

/** Every open batch is closed and told, and nobody contradicts anybody. */
async function closeDay(id: string): Promise<void> {
  await until(async () => {
    const { output } = await runOperator(place, 'batches', 'list')
    for (const batch of output.matchAll(/(bat_\w+) .* open /g))
      await runOperator(place, 'batches', 'close', batch[1] ?? '')
    const { data } = await stripe.charges.list({ payment_intent: id })
    return data[0]?.balance_transaction !== null
  }, PATIENCE_MS)
  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({ sales: 1, authorised: 1, pending: 0, differences: [] })
  expect(audit.code).toBe(0)
  const books = await runOperator(place, 'money', 'check')
  expect(books.code, books.output).toBe(0)
}

async function atHost(): Promise<HostEntry[]> {
  const answer = await jsonRequest(`${stack.ready.acquirer.control}/journal`)
  // Rows of our own acquirer.
  return answer?.status === 200 ? (answer.body as HostEntry[]) : []
}

interface HostEntry {
  readonly increments?: readonly object[]
}
