import path from 'node:path'

import { freeBasePort } from '@holdfast/local'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { labClient, type LabClient, until, untilDrained } from './support/lab-client.ts'
import {
  dropHome,
  newHome,
  runLocal,
  runOperator,
  type RunningStack,
  startLocal,
} from './support/running-stack.ts'

let home: string
let stack: RunningStack | undefined

beforeEach(() => {
  home = newHome()
})

afterEach(async () => {
  await stack?.stop()
  dropHome(home)
})

it('P7 ST12: put back to a backup that misses half the day, the gateway is healed by its devices, and no issuer is asked twice', async () => {
  const place = { home, basePort: await freeBasePort() }
  stack = await startLocal(place)
  let lab = labClient(stack.ready.lab)
  await sellMixed(lab, 1_000)
  const file = path.join(home, 'noon.backup')
  expect(await runOperator(place, 'backup', '--to', file)).toMatchObject({ code: 0 })
  await sellMixed(lab, 2_000)
  const whole = await audit(place)
  expect(whole).toMatchObject({ pending: 0, differences: [] })
  const before = await approvals(stack.ready.acquirer.control)
  expect(before.length).toBeGreaterThan(10)
  await stack.stop()

  const rehearsal = await runOperator(place, 'restore', '--from', file)
  expect(rehearsal).toMatchObject({ code: 3, output: expect.stringContaining('Nothing was changed') })
  const restored = await runOperator(place, 'restore', '--from', file, '--yes')
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('as generation') })

  stack = await startLocal(place)
  lab = labClient(stack.ready.lab)
  await until(async () => {
    const { output } = await runOperator(place, 'restores', 'list')
    return output.includes('Nothing that a restore made the gateway forget is open')
  }, 60_000)
  await untilDrained(lab, 40_000)
  const healed = await audit(place)
  expect(healed).toMatchObject({ pending: 0, differences: [] })
  expect(healed).toEqual(whole)
  expect((await approvals(stack.ready.acquirer.control)).toSorted()).toEqual(before.toSorted())
  expect(await lab.sell({ card: 'visa', amountMinor: 999 })).toMatchObject([{ result: 'approved' }])
})

/** Online, then in an outage, then all of it forwarded and answered. */
async function sellMixed(lab: LabClient, fromMinor: number): Promise<void> {
  const cards = ['visa', 'mastercard', 'declined_51', 'contactless_visa', 'offline_approving']
  for (const [at, card] of cards.entries()) await lab.sell({ card, amountMinor: fromMinor + at })
  await lab.state({ internet: 'down' })
  for (const [at, card] of cards.entries()) await lab.sell({ card, amountMinor: fromMinor + 100 + at })
  await lab.state({ internet: 'up' })
  await untilDrained(lab, 40_000)
}

async function audit(place: { home: string; basePort: number }): Promise<unknown> {
  return JSON.parse((await runLocal('audit', place, ['--json'])).stdout)
}

/** What issuers have said yes to, as the acquirer remembers it. */
async function approvals(controlUrl: string): Promise<string[]> {
  const answer = await fetch(`${controlUrl}/journal`)
  const entries = (await answer.json()) as { rrn: string; outcome: string }[]
  return entries.filter(({ outcome }) => outcome === 'approved').map(({ rrn }) => rrn)
}
