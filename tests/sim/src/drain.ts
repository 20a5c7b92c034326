import { isQuiet, isSettled } from '@holdfast/core'
import { NO_DISK_FAULTS, NO_NETWORK_FAULTS, NO_WIRE_FAULTS } from '@holdfast/testing'
import { OUTCOME_LOST } from '@holdfast/gateway'
import { operatorResolves } from './operator.ts'
import { notYetFrozen, notYetTold } from './judge-fork.ts'
import { damagedPayments, orphanedPayments } from './judge-damage.ts'
import { NO_DATABASE_FAULTS } from './sim-gateway-store.ts'
import type { World } from './world.ts'

const DRAIN_MS_MAX = 45 * 60_000
const RESTART_MS = 1_000
const PROBE_AFTER_MS = 300_000

/** Ends every fault. What was killed is started again. */
function heal(world: World): void {
  const { devices, gateways, acquirer, engine } = world
  engine.tell('the faults stop')
  world.forgeries = 0
  acquirer.wire.setFaults(NO_WIRE_FAULTS)
  acquirer.wire.setState('up')
  acquirer.script.clear()
  for (const gateway of gateways) {
    gateway.setDatabaseFaults(NO_DATABASE_FAULTS)
    gateway.start()
  }
  for (const { disk, link } of devices) {
    disk.setFaults(NO_DISK_FAULTS)
    disk.setFull(false)
    link.setFaults(NO_NETWORK_FAULTS)
    link.setState('up')
  }
}

/** Runs until nothing is left to do anywhere; names what is left when that takes too long. */
export async function drain(
  world: World,
  options: { readonly restartTills: boolean; readonly forked?: boolean; readonly drainMsMax?: number },
): Promise<void> {
  const { engine, watch } = world
  const { forked = false, drainMsMax = DRAIN_MS_MAX } = options
  heal(world)
  if (options.restartTills)
    for (const device of world.devices) device.process()?.kill('switched off for the night')
  keepRunning(world)
  if ((world.counters.counts().get('gateway.restored') ?? 0) > 0) operatorResolves(world)
  engine.after(PROBE_AFTER_MS, 'operator', () => void probeTills(world))
  const untilMs = engine.nowMs() + drainMsMax
  let lookedAtMs = -1
  const done = await engine.run(untilMs, () => {
    if (engine.nowMs() - lookedAtMs < 200) return false
    lookedAtMs = engine.nowMs()
    return leftOver(world, forked) === null
  })
  if (!done) watch.breach('everything drains in bounded time', leftOver(world, forked) ?? 'nothing')
}

/** A journal that could not find out what its disk holds takes nothing more until a person starts the till again. */
async function probeTills({ devices, counters }: World): Promise<void> {
  for (const device of devices) {
    const till = device.running()
    if (till === null) continue
    const created = await till.terminal.createPaymentIntent({ amountMinor: 1, currency: 'eur' })
    if (created.status === 'created') {
      await till.terminal.cancelPaymentIntent(created.intent.paymentId, 'canceled')
    } else if (STOPPED.has(created.code)) {
      counters.hit('till.poisoned')
      till.process.kill(created.code)
    }
  }
}

const STOPPED: ReadonlySet<string> = new Set(['journal_failed', 'journal_poisoned', 'journal_damaged'])

function keepRunning(world: World): void {
  for (const machine of [...world.devices, ...world.gateways]) machine.start()
  world.engine.after(RESTART_MS, 'operator', () => keepRunning(world))
}

const MOVING: ReadonlySet<string> = new Set(['sent', 'unknown', 'reversing'])

interface FeedCursor {
  readonly generation: number
  readonly after: number
}

/** The first thing that is not at its end; null when all is. */
function leftOver(world: World, forked: boolean): string | null {
  const { devices, database, shop } = world
  const damaged = damagedPayments(world)
  const orphaned = orphanedPayments(world)
  for (const device of devices) {
    const { name, disk } = device
    const { head, payments, values } = disk.image()
    if (device.isBroken()) continue
    if (device.running() === null) return `${name} is not running`
    if (shop.inHand.has(name)) return `${name} has an order in hand`
    const carried = [...disk.image().copies.values()].filter(({ verdict }) => verdict === null)
    if (carried.length > 0) return `${name} carries ${carried.length} records`
    if (head === null) return `${name} has no journal`
    if (head.forwardedSeq !== head.seq)
      return `${name} has ${head.seq - head.forwardedSeq} records to forward`
    const { device: deviceId } = JSON.parse(values.get('enrolment') ?? '{}') as { device: string }
    const feed = JSON.parse(values.get('feed') ?? '{"generation":1,"after":0}') as FeedCursor
    const { generation, after } = feed
    if (generation !== database.generation) return `${name} has not heard that the gateway was restored`
    const said = database.feeds.get(deviceId)?.length ?? 0
    if (after < said) return `${name} has read ${after} of ${said} outcomes`
    for (const { paymentId, state } of payments.values())
      if (state === 'OPEN' || state === 'QUEUED' || state === 'UPLOADED')
        return `${name} ${paymentId} is ${state}`
  }
  const undecided = forked ? notYetTold(world) : null
  if (undecided !== null) return undecided
  const unfrozen = forked ? notYetFrozen(world) : null
  if (unfrozen !== null) return unfrozen
  for (const { story, attention } of database.payments.values()) {
    // A sale that its till has forgotten stays open; what counts is that nothing of it is held at the issuer.
    const isForgotten = story.word.said === 'open' && story.attempts.every(isQuiet)
    // An acceptance that was damaged never arrives, so its approval waits for the deadline; nothing else of it waits.
    const isWaiting = !story.attempts.some(({ state }) => MOVING.has(state))
    const isExcused =
      ((forked || orphaned.has(story.paymentId)) && isForgotten) ||
      // What is void is taken back at once, damaged or not.
      (damaged.has(story.paymentId) && isWaiting && story.word.said !== 'voided')
    if (attention === OUTCOME_LOST) return `gateway ${story.paymentId} waits for somebody to look`
    if (attention === null && !isSettled(story) && !isExcused)
      return `gateway ${story.paymentId} is ${story.word.said}, ${story.attempts.map(({ state }) => state).join()}`
  }
  return null
}
