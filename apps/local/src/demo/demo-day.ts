import { setTimeout as sleep } from 'node:timers/promises'

import type { LabDevice } from '../lab/lab-device.ts'
import type { Stack } from '../stack/stack.ts'
import { closeTheDay, type DemoMoney } from './close-of-day.ts'
import { type DemoSale, euros, inParallel, sellAll, sellOne, tally } from './demo-sales.ts'
import { backUp, loseDatabase } from './lost-database.ts'
import { agreeOnFees } from './money-terms.ts'

/** Twenty customers while everything works; two of them with a card that is refused. */
const ONLINE_CARDS = words(
  'visa mastercard amex contactless_visa visa cb_visa mastercard declined_05 visa contactless_visa',
  'amex mastercard visa declined_51 contactless_visa visa mastercard offline_approving visa amex',
)
/** Has 50.00 on it, and its issuer approves what is left: of the second sale a part, whose rest is paid by another card. */
const PREPAID = { card: 'prepaid', amountsMinor: [4_200, 1_250], restBy: 'visa' } as const
/** Too large to be deferred: the cashier calls the bank, which says a code. */
const BY_TELEPHONE = { card: 'mastercard', amountMinor: 25_000, voiceCode: '48A1C7' } as const
/** Fifteen for each of two devices in the outage; some will be declined when they are forwarded. */
const OFFLINE_CARDS = words(
  'visa mastercard declined_late_51 contactless_visa visa amex mastercard visa',
  'offline_approving stolen_43 contactless_visa visa interac mastercard visa',
)
/** On each device, with the gateway that came back from its backup. */
const AFTERWARDS = words('visa mastercard')
const KILL_DEVICE_AFTER = 7
/** So many are through when the gateway is killed. */
const DRAINED_BEFORE_KILL = 4
const OUTAGE_SEEN_MS = 10_000
const DRAIN_MS = 35_000
const LOOK_MS = 50

/** The day of the demo on a running stack in `home`. `say` hears what happens while it does. */
export async function runDemoDay(
  stack: Stack,
  home: string,
  say: (line: string) => void,
): Promise<{ readonly sales: readonly DemoSale[]; readonly money: DemoMoney }> {
  const [first, second] = stack.devices
  if (first === undefined || second === undefined) throw new Error('the demo needs two devices')

  await agreeOnFees(stack, home)
  say('20 sales online…')
  const online = await inParallel(
    sellAll(first, { part: 'online', cards: ONLINE_CARDS.slice(0, 10), fromMinor: 1_000 }),
    sellAll(second, { part: 'online', cards: ONLINE_CARDS.slice(10), fromMinor: 2_000 }),
  )
  say(`  ${tally(online)}`)
  const file = await backUp(home, say)
  const partly = await sellInParts(first, say)

  say('The internet goes down.')
  await stack.switchboard.set({ internet: 'down' })
  say('30 sales on two devices without it; one device is killed (-9) in the middle…')
  const offline = await inParallel(
    sellAll(first, { part: 'offline', cards: OFFLINE_CARDS, fromMinor: 3_000 }),
    sellWithKill(second, say),
  )
  say(`  ${tally(offline)}`)
  const byTelephone = await sellOne(second, { part: 'offline', ...BY_TELEPHONE })
  say(
    `  one more, too large to be deferred, with a code that the bank gave by telephone: ${byTelephone.result}`,
  )

  say('The internet comes back; the devices forward what they hold…')
  await stack.switchboard.set({ internet: 'up' })
  await killGatewayInMidDrain(stack, say)
  await drained(stack, say)

  await loseDatabase(stack, { home, file }, say)
  const healed = await inParallel(
    ...[first, second].map((device) =>
      sellAll(device, { part: 'online', cards: AFTERWARDS, fromMinor: 6_000 }),
    ),
  )
  say(`  and the shop sells on: ${tally(healed)}`)
  await drained(stack, say)
  const { sale, money } = await closeTheDay(stack, first, say)
  return { sales: [...online, ...partly, ...offline, byTelephone, ...healed, sale], money }
}

/** A card that has less on it than the customer buys for: what the issuer does not approve is a second sale. */
async function sellInParts(device: LabDevice, say: (line: string) => void): Promise<DemoSale[]> {
  const part = 'online'
  const sales: DemoSale[] = []
  for (const amountMinor of PREPAID.amountsMinor) {
    const sale = await sellOne(device, { part, card: PREPAID.card, amountMinor })
    sales.push(sale)
    const { owedMinor = 0 } = sale
    if (owedMinor === 0) continue
    const [whole, approved, owed] = [amountMinor, amountMinor - owedMinor, owedMinor].map(euros)
    say(`  ${approved} of ${whole} approved, ${owed} still to pay: paid by another card`)
    sales.push(await sellOne(device, { part, card: PREPAID.restBy, amountMinor: owedMinor }))
  }
  return sales
}

async function sellWithKill(device: LabDevice, say: (line: string) => void): Promise<DemoSale[]> {
  const part = 'offline'
  const cards = OFFLINE_CARDS.slice(0, KILL_DEVICE_AFTER)
  const before = await sellAll(device, { part, cards, fromMinor: 4_000 })
  const [cut = 'visa', ...rest] = OFFLINE_CARDS.slice(KILL_DEVICE_AFTER)
  // The sale stands in the journal, its card is being read: it will be accepted as a whole or not at all.
  const { pid } = device.process
  let killed: Promise<void> | undefined
  const inTheMiddle = await sellOne(device, { part, card: cut, amountMinor: 4_900 }, () => {
    killed = device.kill()
  })
  await killed
  say(`  ${device.id}, process ${pid}, was killed -9 in the middle of a sale; it is started again`)
  await device.start()
  return [...before, inTheMiddle, ...(await sellAll(device, { part, cards: rest, fromMinor: 5_000 }))]
}

async function killGatewayInMidDrain(
  { devices, services }: Stack,
  say: (line: string) => void,
): Promise<void> {
  const gateway = services.find(({ name }) => name === 'gateway')
  if (gateway === undefined) throw new Error('there is no gateway')
  const held = await queuedIn(devices)
  const deadlineMs = performance.now() + OUTAGE_SEEN_MS
  while ((await queuedIn(devices)) > held - DRAINED_BEFORE_KILL && performance.now() < deadlineMs)
    await sleep(2)
  const { pid } = gateway
  await gateway.kill({ stays: false })
  say(
    `  the gateway, process ${pid}, was killed -9 with ${await queuedIn(devices)} of ${held} payments still on the devices`,
  )
  await gateway.untilReady()
}

/** Until every device has heard how each of its payments ended. */
async function drained({ devices }: Stack, say: (line: string) => void): Promise<void> {
  const deadlineMs = performance.now() + DRAIN_MS
  for (;;) {
    const views = await Promise.all(devices.map((device) => device.view()))
    const atRisk = views
      .flatMap((view) => Object.values(view.atRisk))
      .reduce((sum, { count }) => sum + count, 0)
    const queued = views.reduce((sum, view) => sum + (view.queued ?? 0), 0)
    if (atRisk + queued === 0) break
    if (performance.now() > deadlineMs) {
      say(`  not drained in time: ${queued} still on the devices, ${atRisk} undecided`)
      return
    }
    await sleep(LOOK_MS)
  }
  say('  every payment has been decided, and the devices know how')
}

async function queuedIn(devices: readonly LabDevice[]): Promise<number> {
  const views = await Promise.all(devices.map((device) => device.view()))
  return views.reduce((sum, { queued }) => sum + (queued ?? 0), 0)
}

function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}
