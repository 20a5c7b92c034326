import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { freeBasePort, readReady } from '@holdfast/local'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { labClient, until } from './support/lab-client.ts'
import { dropHome, newHome, runLocal, type RunningStack, startLocal } from './support/running-stack.ts'

let home: string
let stack: RunningStack | undefined

beforeEach(() => {
  home = newHome()
})

afterEach(async () => {
  if (stack !== undefined && stack.child.exitCode === null && stack.child.signalCode === null) {
    await stack.stop()
  }
  dropHome(home)
})

it('npm start: ready when everything answers, refuses a second start, keeps its state over a stop and a kill -9', async () => {
  const place = { home, basePort: await freeBasePort() }
  stack = await startLocal(place)
  const { ready } = stack
  const base = place.basePort
  expect(ready).toMatchObject({
    gateway: `http://127.0.0.1:${base}`,
    till: `http://localhost:${base + 1}`,
    lab: `http://127.0.0.1:${base + 5}`,
    acquirer: { iso8583: `127.0.0.1:${base + 3}`, control: `http://127.0.0.1:${base + 4}` },
    shop: `http://127.0.0.1:${base + 9}`,
    terminals: [],
    keys: { stripe: expect.stringMatching(/^sk_test_/) },
    account: expect.stringMatching(/^acct_/),
    location: expect.stringMatching(/^loc_/),
  })
  const answers = [
    `${ready.gateway}/readyz`,
    `${ready.till}/healthz`,
    `${ready.lab}/state`,
    `${ready.acquirer.control}/healthz`,
  ]
  for (const url of answers) expect((await fetch(url)).status, url).toBe(200)

  const lab = labClient(ready.lab)
  const sold = await lab.sell({ card: 'visa', amountMinor: 1_000, count: 3 })
  expect(sold.map(({ result }) => result)).toEqual(['approved', 'approved', 'approved'])
  const before = await lab.devices()

  const second = await runLocal('start', place)
  expect(second.code).toBe(1)
  expect(second.output).toContain('already running')
  expect(second.output).toContain(ready.lab)
  expect(readReady(home)).toEqual(ready)
  const elsewhere = await runLocal('start', { home: path.join(home, 'other'), basePort: base })
  expect(elsewhere.code).toBe(1)
  expect(elsewhere.output).toContain(`Port ${base} (the gateway) is taken`)

  const pids = await processIds(lab)
  expect(await stack.stop()).toBe(0)
  expect(existsSync(path.join(home, 'ready.json'))).toBe(false)
  expect(pids.filter(isAlive)).toEqual([])

  stack = await startLocal(place)
  const labAgain = labClient(stack.ready.lab)
  expect((await labAgain.devices()).map(({ deviceId }) => deviceId)).toEqual(
    before.map(({ deviceId }) => deviceId),
  )
  expect((await stripeOf(stack).paymentIntents.retrieve(sold[0]?.paymentId ?? '')).status).toBe('succeeded')

  const orphans = await processIds(labAgain)
  stack.child.kill('SIGKILL')
  stack = await startLocal(place)
  expect(orphans.filter(isAlive)).toEqual([])
  const labThird = labClient(stack.ready.lab)
  await until(
    async () => (await labThird.devices()).every(({ networkStatus }) => networkStatus === 'online'),
    15_000,
  )
  expect(await labThird.sell({ card: 'visa', amountMinor: 1_000 })).toMatchObject([{ result: 'approved' }])

  const audit = await runLocal('audit', place, ['--json'])
  expect(JSON.parse(audit.stdout)).toMatchObject({ sales: 4, authorised: 4, differences: [] })
  await stack.stop()
  const atRest = await runLocal('audit', place)
  expect(atRest.output).toContain('agree on every sale')
  expect(atRest.code).toBe(0)

  chargeBehindOurBack(path.join(home, 'acquirer', 'journal.jsonl'))
  const wrong = await runLocal('audit', place)
  expect(wrong.output).toContain('DIFFERENCE acquirer_unknown')
  expect(wrong.output).toContain('Reverse it at the acquirer')
  expect(wrong.code).toBe(1)
})

/** The audit's own control: a charge that no payment names must be found. */
function chargeBehindOurBack(journal: string): void {
  const authorised =
    readFileSync(journal, 'utf8')
      .split('\n')
      .find((line) => line.includes('"authorised"')) ?? ''
  const line = JSON.parse(authorised) as { ids: Record<string, string> }
  const ids = { ...line.ids, rrn: 'NOBODYKNOWS1', stan: '999999' }
  appendFileSync(journal, `${JSON.stringify({ ...line, ids })}\n`)
}

async function processIds(lab: ReturnType<typeof labClient>): Promise<number[]> {
  const all = [...(await lab.services()), ...(await lab.devices())]
  return all.map(({ pid }) => Number(pid))
}

function stripeOf({ ready }: RunningStack): Stripe {
  const { hostname, port } = new URL(ready.gateway)
  return new Stripe(ready.keys.stripe, { host: hostname, port: Number(port), protocol: 'http' })
}

/** A zombie is dead: in a container nobody may reap orphans. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
