import { claimedAttempt, statusOf } from '@holdfast/core'
import { type AuditCode, auditGatewayPayment, type AuditReport, auditSales } from '@holdfast/testing'
import { holdsCardNumber } from './card-scan.ts'
import { judgeFollowUps } from './judge-follow-ups.ts'
import { damagedPayments, judgeDamage, orphanedPayments } from './judge-damage.ts'
import { judgeFork } from './judge-fork.ts'
import { judgeDelivery } from './judge-delivery.ts'
import { judgeHandover } from './judge-handover.ts'
import type { Shown } from './shop.ts'
import type { DeviceDisk } from './device-disk.ts'
import type { World } from './world.ts'

/**
 * A till whose disk was put back has forgotten, and its new branch is kept for review; an acceptance that was damaged
 * on the disk stays there: named, and nothing charged.
 */
const VISIBLE_AFTER_FORK: ReadonlySet<AuditCode> = new Set([
  'missing_on_device',
  'accepted_but_parked',
  'accepted_but_missing_at_gateway',
  'acceptance_not_known_at_gateway',
  'void_not_known_at_gateway',
  'approved_but_not_accepted',
  'outcome_differs',
])

/** After the drain: does all that was shown, stored, asked and charged say the same? */
export function judge(world: World, chains: 'whole' | 'forked' = 'whole'): AuditReport {
  const damaged = damagedPayments(world)
  const report = auditSales({
    devices: disksOf(world).map((disk) => {
      const { head, payments, values } = disk.image()
      const { device } = JSON.parse(values.get('enrolment') ?? '{}') as { device: string }
      return { deviceId: device, drained: head?.seq === head?.forwardedSeq, payments: [...payments.values()] }
    }),
    gateway: [...world.database.payments.values()].map(auditGatewayPayment),
    acquirer: world.acquirer.entries(),
  })
  for (const { code, paymentId, detail } of report.differences) {
    const isExcused = chains === 'forked' || damaged.has(paymentId ?? '')
    if (isExcused && VISIBLE_AFTER_FORK.has(code)) continue
    world.watch.breach('the audit is clean', `${code}: ${detail}`, paymentId ?? undefined)
  }
  judgeDelivery(world)
  judgeHandover(world)
  if (chains === 'whole') judgeFollowUps(world)
  else judgeFork(world)
  judgeDamage(world)
  judgeOrders(world, chains)
  judgeSecrecy(world)
  countStates(world)
  if (chains === 'forked') return report
  judgeWords(world)
  if (report.pending > damaged.size + orphanedPayments(world).size)
    world.watch.breach('nothing is pending after the drain', `${report.pending} sales`)
  return report
}

/** Rare states that a run should reach. */
export const rareStates = [
  'state.late_answer_adopted',
  'state.declined_when_forwarded',
  'state.asked_again_after_reversal',
  'state.approval_of_earlier_card_reversed',
  'state.approval_of_void_reversed',
  'state.unanswered_reversed',
  'state.unclaimed_reversed',
  'state.card_approved_offline',
  'state.expired',
  'state.part_approved',
  'state.batch_partly_parked',
  'state.pruned',
] as const

function countStates({ counters, database }: World): void {
  const met = (name: (typeof rareStates)[number], reached: boolean): void => counters.sometimes(name, reached)
  for (const { story } of database.payments.values()) {
    const { word, attempts } = story
    const claimed = claimedAttempt(story)
    const stored = word.said === 'accepted' && word.via === 'offline'
    met('state.late_answer_adopted', stored && claimed?.state === 'approved' && !claimed.deferred)
    met('state.declined_when_forwarded', stored && statusOf(story) === 'declined')
    met('state.part_approved', claimed?.state === 'approved' && claimed.approvedMinor !== undefined)
    met('state.card_approved_offline', stored && word.kind === 'card_approved')
    met(
      'state.asked_again_after_reversal',
      claimed !== null &&
        attempts.some((one) => one.attemptId === claimed.attemptId && one.number < claimed.number),
    )
    for (const attempt of attempts) {
      if (attempt.state !== 'reversed') continue
      met('state.approval_of_earlier_card_reversed', attempt.why === 'superseded')
      met('state.approval_of_void_reversed', attempt.why === 'voided')
      met('state.unanswered_reversed', attempt.why === 'no_answer')
      met('state.unclaimed_reversed', attempt.why === 'unclaimed')
    }
  }
}

/** Two tabs have one disk; that of a till which broke down for good tells nobody anything. */
function disksOf({ devices }: World): DeviceDisk[] {
  return [...new Set(devices.filter((device) => !device.isBroken()).map(({ disk }) => disk))]
}

/** What a person was told must be what came of it. */
function judgeWords(world: World): void {
  const { watch, shop, devices, database } = world
  world.counters.sometimes('state.pruned', world.pruned.size > 0)
  const onDevices = new Map([...world.pruned, ...devices.flatMap(({ disk }) => [...disk.image().payments])])
  const rows = new Map([...database.payments.values()].map((row) => [row.story.paymentId, row]))
  const damaged = damagedPayments(world)
  // A till that broke down for good hears no outcome, and a sale whose next card it was reading stays open there.
  const deaf = new Set(
    devices.flatMap((device) => (device.isBroken() ? [...device.disk.image().payments.keys()] : [])),
  )
  for (const [paymentId, lastWord] of shop.shown) {
    if (damaged.has(paymentId)) continue
    const onDevice = onDevices.get(paymentId)
    const state = onDevice?.state
    const isExpired = onDevice?.state === 'VOIDED' && onDevice.reason === 'expired' && lastWord === 'stored'
    const takenBack = state === 'VOIDED' && (isExpired || shop.voidAsked.has(paymentId))
    const word = takenBack ? 'voided' : lastWord
    world.counters.sometimes('state.expired', isExpired)
    const row = rows.get(paymentId)
    const status = row === undefined ? 'missing' : statusOf(row.story)
    const charged = chargesOf(world, paymentId)
    const told = (what: string): void =>
      watch.breach(
        `shown as ${word}`,
        `${what}; device ${state ?? 'missing'}, gateway ${status}, charged ${charged} times`,
        paymentId,
      )
    if (charged !== wantedCharges(status)) told('the charges do not fit the status')
    switch (word) {
      case 'approved':
      case 'stored':
        if (state === undefined || state === 'VOIDED' || state === 'OPEN') told('and lost on the device')
        if (!['succeeded', 'requires_capture', 'declined'].includes(status)) told('and has no end')
        // An approval holds unless it was given back before the acceptance arrived, and then refused.
        if (
          word === 'approved' &&
          status === 'declined' &&
          state !== 'FAILED_TO_PROCESS' &&
          !deaf.has(paymentId)
        )
          told('and not paid')
        break
      case 'declined':
      case 'refused':
      case 'voided':
        if (state !== 'VOIDED' && !(word === 'declined' && state === 'OPEN' && deaf.has(paymentId)))
          told('and not void on the device')
        if (charged > 0) told('and charged')
        break
    }
  }
}

function wantedCharges(status: string): number {
  return status === 'succeeded' || status === 'requires_capture' ? 1 : 0
}

/** One basket is paid by card at most once, over all the payments that were tried for it. */
function judgeOrders(world: World, chains: 'whole' | 'forked'): void {
  const { watch, shop, counters } = world
  const paidWords: readonly (Shown | undefined)[] = ['approved', 'stored']
  for (const { reference, payments, end } of shop.orders) {
    const charges = payments.reduce((sum, paymentId) => sum + chargesOf(world, paymentId), 0)
    if (charges > 1)
      watch.breach('one basket is charged once', `${reference}: ${charges} charges`, payments[0])
    const accepted = payments.filter((paymentId) => paidWords.includes(shop.shown.get(paymentId)))
    if (chains === 'whole' && accepted.length === 0 && charges > 0)
      watch.breach('who was not told so is not charged', `${reference}: ended as ${end}`, payments[0])
    counters.sometimes('state.basket_paid', charges === 1)
    counters.sometimes('state.basket_tried_again', payments.length > 1)
  }
}

function chargesOf(world: World, paymentId: string): number {
  const row = [...world.database.payments.values()].find(({ story }) => story.paymentId === paymentId)
  const rrns = new Set(row?.story.attempts.flatMap((attempt) => ('rrn' in attempt ? [attempt.rrn] : [])))
  return world.acquirer.entries().filter(({ rrn, chargedMinor }) => chargedMinor > 0 && rrns.has(rrn)).length
}

/** Everything that rests anywhere, decoded as far as it can be. */
function judgeSecrecy({ watch, devices, database, acquirer, counters }: World): void {
  for (const { name, disk } of devices) {
    const { records, payments, values, head } = disk.image()
    const text = JSON.stringify([head, [...records.values()], [...payments.values()], [...values]])
    if (holdsCardNumber(text, 'deep')) watch.breach('no card number on the disk', name)
  }
  const tables = [database.payments, database.records, database.feeds, database.events]
  const text = JSON.stringify(tables.map((table) => [...table.values()]))
  if (holdsCardNumber(text, 'deep')) watch.breach('no card number in the database', 'at rest')
  // The control: the scan does find the number where it has to be, on the way to the acquirer.
  counters.sometimes('state.scan_finds_card_at_acquirer', acquirer.bytesSeen.withCard > 0)
}
