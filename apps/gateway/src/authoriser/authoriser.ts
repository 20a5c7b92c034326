import { newId, sleep } from '@holdfast/core'
import { BacklogPace } from '../admission/backlog-pace.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { LinkOwnership, PaymentRow } from '../store/gateway-store.ts'
import type { AcquirerPort } from '../acquirer/acquirer-port.ts'
import { advancePayment } from './advance-payment.ts'
import { linkKey } from '../acquirer/link-word.ts'
import type { Drive, LateAnswer } from './drive.ts'
import type { LinkWork } from './link-work.ts'
import { settleLate } from './settle-answer.ts'
import type { StanBlock } from './stan-block.ts'
import { createStanBlock } from './stan-block.ts'
import { timedExchanges } from '../acquirer/timed-exchanges.ts'

const LEASE_MS = 6_000
const IDLE_MS = 1_000
const RETRY_AFTER_FAULT_MS = 500
const STAN_BLOCK = 500
/** One in so many of the places at the acquirer is kept for sales that somebody waits for. */
const LIVE_SHARE = 4
/** So many that fail again and again take no place from the others; when more do, it is not their fault. */
const RESTING_MAX = 32
const STORED_AT_FIRST = 4
/** About what one takes: a backlog goes on also beside a till that never stands still. */
const STORED_GAP_MS_MAX = 50

export interface Authoriser {
  start(): void
  /** Lets what is in flight end, and then lets the link go, so that another process takes it at once. */
  stop(): Promise<void>
  /** The generation of the ownership while this process owns the link; null otherwise. */
  generation(): number | null
}

/**
 * Drives payments through the acquirer: one owner per link (a leased row whose generation fences every write), many
 * payments at once, one in flight per card. It holds no state that a crash could lose: what is in flight is durable
 * before a byte leaves, and whoever owns the link next finds it when nothing more can leave for it.
 */
export function createAuthoriser(world: GatewayWorld, acquirer: AcquirerPort, work?: LinkWork): Authoriser {
  const owner = newId('ep', {
    wallMs: () => world.clock.wallMs(),
    randomBytes: (n) => world.crypto.randomBytes(n),
  })
  const inFlight = new Map<string, Promise<void>>()
  const cards = new Set<string>()
  /** Those in flight that nobody waits for. */
  const stored = new Set<string>()
  /** Those in flight that have failed: they keep their card, and their place goes to the next. */
  const resting = new Set<string>()
  const pace = new BacklogPace(world.clock, {
    first: STORED_AT_FIRST,
    max: Math.ceil(world.profile.concurrentMax * (1 - 1 / LIVE_SHARE)),
    gapMsMax: STORED_GAP_MS_MAX,
  })
  /** How often a stored payment was started, and from when on the next may be. */
  const backlog = { started: 0, openMs: Number.NEGATIVE_INFINITY }
  const lateWork = new Set<Promise<void>>()
  let stans: StanBlock | null = null
  let running: Promise<void> | null = null
  const life = { stopped: false }
  const driving: Drive = { world, acquirer, ownership, nextStan, late }

  async function run(): Promise<void> {
    while (!life.stopped) {
      try {
        await turn()
      } catch (error) {
        world.log.error({ error: String(error) }, 'authoriser turn failed')
        await sleep(world.clock, RETRY_AFTER_FAULT_MS)
      }
    }
    await Promise.all([...inFlight.values(), ...lateWork, work?.idle()])
    await release()
  }

  /** A lease of no length: whoever asks next gets it. */
  async function release(): Promise<void> {
    if (ownership() === null) return
    const { link } = world.profile
    try {
      await world.store.claimLink({ link, owner, nowMs: world.clock.wallMs(), leaseMs: 0, stans: 0 })
      world.changes.notify(linkKey(link))
    } catch (error) {
      world.log.info({ error: String(error) }, 'the acquirer link could not be let go; its lease runs out')
    }
    stans = null
  }

  async function turn(): Promise<void> {
    const ownership = await own()
    if (ownership === null) {
      await world.changes.wait(linkKey(world.profile.link), IDLE_MS)
      return
    }
    const { link, holdMs, concurrentMax } = world.profile
    const nowMs = world.clock.wallMs()
    const waiting = world.changes.wait('due', IDLE_MS)
    // In flight and not sent yet, a payment is still due: it is found again beside those that are new.
    const storedMax = takesStored() ? pace.limit + stored.size + resting.size : 0
    const liveMax = concurrentMax + inFlight.size - stored.size
    const rows = await world.store.duePayments({ link, nowMs, holdMs, liveMax, storedMax })
    for (const row of rows) start(row)
    await work?.turn(driving)
    await waiting
  }

  /** Only when half of its places are free: to look for what is due costs more than one payment is worth. */
  function takesStored(): boolean {
    if (world.clock.monotonicMs() < backlog.openMs) return false
    return stored.size <= Math.floor((pace.limit - 1) / 2)
  }

  function start(row: PaymentRow): void {
    const { paymentId } = row.story
    const card = row.details.at(-1)?.card.fingerprint ?? paymentId
    if (inFlight.has(paymentId) || cards.has(card)) return
    if (inFlight.size - resting.size >= world.profile.concurrentMax) return
    const isStored = row.storedMs !== null
    if (isStored && stored.size >= pace.limit) return
    cards.add(card)
    if (isStored) {
      stored.add(paymentId)
      backlog.started += 1
    }
    const work = (isStored ? driveStored(row) : driveLive(row)).finally(() => {
      cards.delete(card)
      stored.delete(paymentId)
      resting.delete(paymentId)
      inFlight.delete(paymentId)
      world.changes.notify('due')
    })
    inFlight.set(paymentId, work)
  }

  async function driveStored(row: PaymentRow): Promise<void> {
    const startedMs = world.clock.monotonicMs()
    await drive(row, driving)
    const now = world.clock.monotonicMs()
    pace.done(now - startedMs, stored.size)
    backlog.openMs = now + pace.gapMs
    if (pace.gapMs > 0) world.clock.timer(Math.ceil(pace.gapMs), () => world.changes.notify('due'))
  }

  /** What a sale waits for beside its issuer is what the backlog may cost it. */
  async function driveLive(row: PaymentRow): Promise<void> {
    const seen = backlog.started
    const wasBeside = stored.size > 0
    const exchanges = timedExchanges(acquirer, world.clock)
    const isFirstTry = row.story.attempts.at(-1)?.state === 'planned'
    await drive(row, { ...driving, acquirer: exchanges.acquirer })
    const askedMs = row.details.at(-1)?.createdMs
    if (!isFirstTry || askedMs === undefined) return
    const beside = wasBeside || stored.size > 0 || backlog.started !== seen
    pace.live(Math.max(0, world.clock.wallMs() - askedMs - exchanges.tookMs()), beside)
  }

  async function drive(row: PaymentRow, by: Drive): Promise<void> {
    try {
      const moved = await advancePayment(by, row)
      if (!moved) await rest(row)
    } catch (error) {
      // The outcome of the last write is unknown; the payment is read again at its next due moment.
      world.log.error({ error: String(error), payment: row.story.paymentId }, 'payment could not be advanced')
      await rest(row)
    }
  }

  function rest({ story: { paymentId } }: PaymentRow): Promise<void> {
    if (resting.size < RESTING_MAX) {
      resting.add(paymentId)
      stored.delete(paymentId)
      world.changes.notify('due')
    }
    return sleep(world.clock, RETRY_AFTER_FAULT_MS)
  }

  /** Beside whoever drives the payment: what both write is told apart by its version. */
  function late(answer: LateAnswer): void {
    const { paymentId: payment, number: attempt, stan, rrn } = answer
    const ids = { payment, attempt, stan, rrn, answer: answer.answer.kind }
    const work = settleLate(driving, answer)
      .then((what) => world.log.info({ ...ids, what }, 'late answer of the acquirer'))
      .catch((error: unknown) => {
        // Its message is still unknown, and is found out as if nobody had answered.
        world.log.error({ ...ids, error: String(error) }, 'late answer could not be taken')
      })
      .finally(() => {
        lateWork.delete(work)
        world.changes.notify('due')
      })
    lateWork.add(work)
  }

  async function own(): Promise<LinkOwnership | null> {
    const nowMs = world.clock.wallMs()
    const wanted = stans === null || stans.left() < STAN_BLOCK / 2 ? STAN_BLOCK : 0
    if (stans !== null && wanted === 0 && stans.ownership.untilMs - nowMs > LEASE_MS / 2)
      return stans.ownership
    const { link } = world.profile
    const ownership = await world.store.claimLink({ link, owner, nowMs, leaseMs: LEASE_MS, stans: wanted })
    const before = stans?.ownership.generation
    stans = ownership === null ? null : createStanBlock(ownership, wanted, stans)
    if (stans?.ownership.generation !== before) world.changes.notify(linkKey(link))
    return ownership
  }

  function ownership(): LinkOwnership | null {
    return stans !== null && stans.ownership.untilMs > world.clock.wallMs() ? stans.ownership : null
  }

  function nextStan(): string | null {
    return stans?.next() ?? null
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      life.stopped = true
      world.changes.notify('due')
      world.changes.notify(linkKey(world.profile.link))
      await running
    },
    generation: () => ownership()?.generation ?? null,
  }
}
