import { once } from 'node:events'
import { createServer } from 'node:net'

import { expect, it } from 'vitest'

import { basePortFrom, busyPort, freeBasePort, portPlan } from './port-plan.ts'

it('counts every port from the base, as DESIGN §12 has it', () => {
  expect(portPlan(4_000)).toEqual({
    gateway: 4_000,
    till: 4_001,
    acquirer: 4_003,
    acquirerControl: 4_004,
    lab: 4_005,
    shop: 4_009,
    tillServer: 4_019,
    mail: 4_010,
    smtp: 4_011,
  })
})

it('takes HOLDFAST_PORT as a base and names what it cannot take', () => {
  expect(basePortFrom(undefined)).toEqual({ ok: true, base: 4_000 })
  expect(basePortFrom('5100')).toEqual({ ok: true, base: 5_100 })
  for (const text of ['abc', '0', '70000', '12.5', '-1']) {
    expect(basePortFrom(text)).toMatchObject({ ok: false, why: expect.stringContaining(`"${text}"`) })
  }
})

it('a busy port is named with what wants it', async () => {
  const base = await freeBasePort()
  const plan = portPlan(base)
  expect(await busyPort(plan, 0)).toBeNull()
  const squatter = createServer().listen(plan.lab, '127.0.0.1')
  await once(squatter, 'listening')
  const why = await busyPort(plan, 200)
  squatter.close()
  expect(why).toContain(`Port ${plan.lab} (the outage lab)`)
  expect(why).not.toContain('\n')
})
