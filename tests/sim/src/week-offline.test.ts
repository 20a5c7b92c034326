import { isSettled, must } from '@holdfast/core'
import { expect, test } from 'vitest'
import { drain } from './drain.ts'
import { judge } from './judge.ts'
import { createWorld, openWorld, type World } from './world.ts'

const DAYS = 7
const SALES_PER_DAY = 15
const PAUSE_MS = 60_000
const DAY_MS = 86_400_000

test('P3: a till sells for a week without the gateway, with wrong clocks in the morning, and all of it arrives', async () => {
  const world = createWorld({ seed: 'a week', devices: 1, gateways: 1 })
  const { engine, devices, gateways, watch, database } = world
  await openWorld(world)
  must(gateways[0]?.process(), 'the gateway runs').kill('gone for a week')
  for (let day = 0; day < DAYS; day += 1) {
    const morningMs = engine.nowMs()
    for (let sale = 0; sale < SALES_PER_DAY; sale += 1) {
      expect(await sell(world, 100 + sale), `day ${day + 1}`).toBe('stored')
      await engine.run(engine.nowMs() + PAUSE_MS)
    }
    if (day === DAYS - 1) break
    devices[0]?.process()?.kill('switched off')
    await engine.run(morningMs + DAY_MS)
    await boot(world, day % 2 === 0 ? -400 * DAY_MS : 0)
  }
  await drain(world, { restartTills: false })
  const report = judge(world)
  expect(watch.breaches()).toEqual([])
  expect(report).toMatchObject({
    sales: DAYS * SALES_PER_DAY,
    authorised: DAYS * SALES_PER_DAY,
    pending: 0,
  })
  expect([...database.payments.values()].every(({ story }) => isSettled(story))).toBe(true)
})

async function sell(world: World, amountMinor: number): Promise<string> {
  const { terminal, reader } = must(world.devices[0]?.running(), 'the till is open')
  let said = 'nothing'
  const run = async (): Promise<void> => {
    const created = await terminal.createPaymentIntent({ amountMinor, currency: 'eur' })
    if (created.status === 'refused') {
      said = created.code
      return
    }
    reader.present('visa')
    await terminal.collectPaymentMethod(created.intent)
    const result = await terminal.confirmPaymentIntent(created.intent)
    said = result.status === 'refused' ? result.code : result.status
    if (result.status === 'stored') world.shop.shown.set(result.paymentId, 'stored')
  }
  void run()
  await world.engine.run(world.engine.nowMs() + 30_000, () => said !== 'nothing')
  return said
}

/** The machine starts with a clock that is off by `skewMs`, and does not know better. */
async function boot({ engine, devices }: World, skewMs: number): Promise<void> {
  const device = must(devices[0], 'there is a till')
  device.machine.skewMs = skewMs
  device.start({ reboot: true })
  await engine.run(engine.nowMs() + 10_000, () => device.running() !== null)
}
