import { type Currency, type OfflineKind, offlineKinds, tallyOf } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { lease as leaseSchema, type Lease, signed } from '@holdfast/protocol'
import type { JournalChange, StoredPayment } from '@holdfast/sdk'
import type { Engine } from '@holdfast/testing'
import { holdsCardNumber } from './card-scan.ts'
import type { DeviceDisk } from './device-disk.ts'
import type { Watch } from './watch.ts'

type State = StoredPayment['state']
type Queued = Extract<StoredPayment, { state: 'QUEUED' }>

/** What a payment on a device may become; no way leads back. */
const NEXT: Record<State, readonly State[]> = {
  OPEN: ['OPEN', 'ACCEPTED_ONLINE', 'QUEUED', 'VOIDED'],
  ACCEPTED_ONLINE: ['ACCEPTED_ONLINE', 'VOIDED', 'FAILED_TO_PROCESS'],
  QUEUED: ['QUEUED', 'UPLOADED', 'FAILED_TO_UPLOAD', 'VOIDED', 'PROCESSED', 'FAILED_TO_PROCESS'],
  UPLOADED: ['UPLOADED', 'VOIDED', 'PROCESSED', 'FAILED_TO_PROCESS'],
  FAILED_TO_UPLOAD: ['FAILED_TO_UPLOAD', 'UPLOADED', 'PROCESSED', 'FAILED_TO_PROCESS'],
  PROCESSED: ['PROCESSED'],
  FAILED_TO_PROCESS: ['FAILED_TO_PROCESS'],
  VOIDED: ['VOIDED'],
}

const SETTLED: ReadonlySet<State> = new Set(['ACCEPTED_ONLINE', 'PROCESSED', 'FAILED_TO_PROCESS', 'VOIDED'])

export interface DeviceWatch {
  onCommit(change: JournalChange): void
  /** The disk was restored: what it holds now is where it goes on from. */
  rewind(image: ReturnType<DeviceDisk['image']>): void
}

/** Holds every write of one device to what must always be true, recomputed from the payments alone. */
export function watchDevice(
  watch: Watch,
  engine: Engine,
  till: {
    readonly name: string
    /** Whether the gateway holds the record `<device>/<hash>`. */
    readonly isHeld: (record: string) => boolean
    readonly onPrune: (payment: StoredPayment) => void
  },
): DeviceWatch {
  const { name } = till
  const written = new Map<number, string>()
  const payments = new Map<string, StoredPayment>()
  let lease: Lease | null = null
  let frozen = false
  let seq = 0
  let hash: string | null = null

  function onCommit(change: JournalChange): void {
    if (holdsCardNumber(JSON.stringify(change))) watch.breach('no card number on the disk', name)
    const kept = change.values['lease']
    if (typeof kept === 'string') lease = leaseOf(kept)
    for (const { seq: next, wire, hash: own } of change.append) {
      const { prev, device } = parseJson(wire.header) as { prev: string | null; device: string }
      written.set(next, `${device}/${own}`)
      if (next !== seq + 1 || prev !== hash)
        watch.breach('the chain has no gap and no fork', `${name} at ${next}`)
      seq = next
      hash = own
    }
    if (typeof change.values['frozen'] === 'string') frozen = true
    else if (change.values['frozen'] === null) frozen = false
    const kinds = change.append.map(({ wire }) => (parseJson(wire.header) as { kind: string }).kind)
    const states = change.payments.map(({ paymentId, state }) => `${paymentId} ${state}`)
    if (frozen && kinds.some((kind) => kind === 'sale.opened' || kind === 'payment.accepted'))
      watch.breach('a frozen journal takes no sale', `${name} wrote ${kinds.join(', ')}`)
    engine.tell(`${name} wrote ${[...kinds, ...states].join(', ')}`)
    for (const payment of change.payments) {
      const before = payments.get(payment.paymentId)
      payments.set(payment.paymentId, payment)
      const from = before?.state ?? 'OPEN'
      if (!NEXT[from].includes(payment.state))
        watch.breach('states only move forward', `${name}: ${from} → ${payment.state}`, payment.paymentId)
      if (payment.state === 'VOIDED' && payment.reason === 'expired' && before?.state !== 'VOIDED')
        checkExpired(before, change)
      if (payment.state === 'QUEUED' && before?.state !== 'QUEUED') checkLimits(payment.paymentId, payment)
    }
    checkPruned(change)
    checkExposure(change)
  }

  function rewind(image: ReturnType<DeviceDisk['image']>): void {
    payments.clear()
    for (const [paymentId, payment] of image.payments) payments.set(paymentId, payment)
    frozen = image.values.has('frozen')
    seq = image.head?.seq ?? 0
    hash = image.head?.hash ?? null
    lease = leaseOf(image.values.get('lease') ?? '') ?? lease
  }

  function checkLimits(paymentId: string, payment: Queued): void {
    const { offlineKind, money, acceptedMs } = payment
    const terms = lease?.kinds[offlineKind]
    const perPaymentMinor = terms?.perPaymentMinor[money.currency] ?? 0
    const totalMinor = terms?.storedTotalMinor[money.currency] ?? 0
    const stored = totals(offlineKind, money.currency)
    const broken =
      lease === null || !lease.allowed || terms === undefined
        ? 'stored without a lease that allows it'
        : money.amountMinor > perPaymentMinor
          ? `amount ${money.amountMinor} above ${perPaymentMinor}`
          : stored.sumMinor > totalMinor
            ? `total ${stored.sumMinor} above ${totalMinor}`
            : stored.countOfKind > terms.storedCount
              ? `count ${stored.countOfKind} above ${terms.storedCount}`
              : acceptedMs >= lease.expiresAtMs
                ? 'stored after the end of the lease'
                : !lease.readers.some(
                      ({ reader, offlineCapable }) => reader === payment.reader && offlineCapable,
                    )
                  ? `stored with reader ${payment.reader}, which the lease does not name`
                  : (brokenOverAll(lease, payment) ?? brokenForCard(lease, payment))
    if (broken !== null) watch.breach('the limits of the lease hold', `${name}: ${broken}`, paymentId)
  }

  function brokenOverAll({ deviceTotals }: Lease, { money }: StoredPayment): string | null {
    const most = deviceTotals.storedTotalMinor[money.currency] ?? 0
    const all = offlineKinds.map((kind) => totals(kind, money.currency))
    const sumMinor = all.reduce((sum, each) => sum + each.sumMinor, 0)
    const count = all.reduce((sum, each) => sum + each.countOfKind, 0)
    if (sumMinor > most) return `${sumMinor} over all kinds, above ${most}`
    return count > deviceTotals.storedCount ? `${count} over all kinds` : null
  }

  /** Recounted from the payments, which know nothing of the uses that the journal keeps. */
  function brokenForCard({ perCard }: Lease, newest: Queued): string | null {
    if (perCard === null) return null
    const uses = [...payments.values()].filter(
      (payment) =>
        payment.state !== 'VOIDED' &&
        payment.state !== 'PROCESSED' &&
        'offlineKind' in payment &&
        payment.offlineKind !== null &&
        payment.card.fingerprint === newest.card.fingerprint &&
        newest.acceptedMs - payment.acceptedMs < perCard.windowMs,
    )
    const { currency } = newest.money
    const sumMinor = uses.reduce(
      (sum, { money }) => sum + (money.currency === currency ? money.amountMinor : 0),
      0,
    )
    if (uses.length > perCard.count) return `one card ${uses.length} times`
    return sumMinor > (perCard.sumMinor[currency] ?? Infinity) ? `one card for ${sumMinor}` : null
  }

  /** What a till deletes is settled, and with the gateway (MP12). */
  function checkPruned({ prune }: JournalChange): void {
    for (const seq of prune?.seqs ?? []) {
      const record = written.get(seq)
      if (record !== undefined && !till.isHeld(record))
        watch.breach('nothing is deleted that the gateway does not hold', `${name}: record ${seq}`)
    }
    for (const paymentId of prune?.paymentIds ?? []) {
      const payment = payments.get(paymentId)
      if (payment === undefined) continue
      if (!SETTLED.has(payment.state))
        watch.breach('nothing is deleted that is not settled', `${name}: ${payment.state}`, paymentId)
      payments.delete(paymentId)
      till.onPrune(payment)
    }
  }

  function checkExpired(before: StoredPayment | undefined, change: JournalChange): void {
    const { time } = change.head
    const isLate = before?.state === 'QUEUED' && time.highWaterMs >= before.uploadUntilMs
    if (!isLate) watch.breach('nothing expires before its time', name, before?.paymentId)
  }

  /** The head row's counters are what the limits are decided on, so they must be the truth. */
  function checkExposure({ head }: JournalChange): void {
    for (const kind of offlineKinds) {
      for (const currency of ['eur', 'gbp'] as const) {
        const counted = tallyOf(head.exposure.stored[kind], currency)
        const real = totals(kind, currency)
        if (counted.count !== real.count || counted.sumMinor !== real.sumMinor)
          watch.breach(
            'the exposure is what is stored',
            `${name} ${kind} ${currency}: head says ${counted.count} of ${counted.sumMinor}, there are ${real.count} of ${real.sumMinor}`,
          )
      }
    }
  }

  function totals(
    kind: OfflineKind,
    currency: Currency,
  ): { count: number; countOfKind: number; sumMinor: number } {
    const sums = { count: 0, countOfKind: 0, sumMinor: 0 }
    for (const payment of payments.values()) {
      const atRisk =
        payment.state === 'QUEUED' || payment.state === 'UPLOADED' || payment.state === 'FAILED_TO_UPLOAD'
      if (!atRisk || payment.offlineKind !== kind) continue
      sums.countOfKind += 1
      if (payment.money.currency !== currency) continue
      sums.count += 1
      sums.sumMinor += payment.money.amountMinor + (payment.followUps?.tip?.tipMinor ?? 0)
    }
    return sums
  }

  return { onCommit, rewind }
}

function leaseOf(kept: string): Lease | null {
  const statement = signed.safeParse(parseJson(kept))
  const parsed = statement.success ? leaseSchema.safeParse(parseJson(statement.data.payload)) : null
  return parsed?.success === true ? parsed.data : null
}
