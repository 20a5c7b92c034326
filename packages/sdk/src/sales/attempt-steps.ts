import {
  addStored,
  type CardUse,
  type Consent,
  decideOffline,
  must,
  type OfflineKind,
  releaseReservation,
  uploadUntilMs,
} from '@holdfast/core'
import type { SealedRecord } from '@holdfast/envelope'
import type { CardRead, CompleteResult, OfflineReason, RecordOf } from '@holdfast/protocol'
import type {
  Built,
  Draft,
  JournalState,
  JournalStep,
  NewRecord,
  RecordBody,
} from '../journal/journal-step.ts'
import { offlineClockOf, saleTermsOf, termsOf } from '../journal/offline-rules.ts'
import { factsOf } from '../journal/payment-parts.ts'
import type { Accepted, StoredPayment } from '../journal/stored-payment.ts'
import { release, voidDraft } from '../journal/void-draft.ts'
import type { IssuerApproval } from './ask-issuer.ts'
import { loadCardUses } from './card-uses.ts'
import type { SealedContact } from './seal-contact.ts'

/** One card of one sale on its way to a decision. */
export interface Try {
  readonly attemptId: string
  readonly saleId: string
  readonly paymentId: string
  readonly operator: string | null
  /** The supervisor who approved it above the lease's threshold. */
  readonly approver: string | null
  readonly contact: SealedContact | null
  /** What the issuer said on the telephone; null when nobody has called. */
  readonly voiceCode: string | null
  readonly read: CardRead
  readonly sealedSha256: string
  /** True once `attempt.started` stands in the journal; it has counted the try. */
  readonly started: boolean
}

/** A card that was sent to the issuer and not decided on. */
export interface Asked {
  readonly attempt: Try
  readonly result: Extract<Conclusion, 'deferred' | 'no_answer'>
}

type Conclusion = RecordOf<'attempt.concluded'>['result']
type OpenPayment = Extract<StoredPayment, { state: 'OPEN' }>

/** Durable before anything is sent: whatever becomes of the answer, this device knows that it asked. */
export function startAttempt(attempt: Try): JournalStep<StoredPayment | null, null> {
  return stepOfOpen(attempt, (_, payment) => {
    const { read, sealedSha256 } = attempt
    const body: RecordBody = {
      kind: 'attempt.started',
      ...saleFields(attempt, payment),
      ...tryFields(attempt, payment),
      card: read.facts,
      cryptogramSha256: read.cryptogramSha256,
      sealedSha256,
    }
    const started = (records: readonly SealedRecord[]): StoredPayment[] => [
      { ...payment, attempts: payment.attempts + 1, sealedSeqs: [...payment.sealedSeqs, seqOf(records)] },
    ]
    return commit(null, { records: [{ body, sealed: read.sealed }], payments: started })
  })
}

/** The issuer said no: final for this card. Its sealed block goes, since nobody may ask with it again. */
export function concludeDeclined(
  attempt: Try,
  responseCode: string,
): JournalStep<StoredPayment | null, null> {
  return stepOfOpen(attempt, (_, payment) => {
    const records = [concluded(attempt, payment, 'declined', responseCode)]
    const erased = { ...payment, sealedSeqs: [] }
    return commit(null, { records, erase: payment.sealedSeqs, payments: () => [erased] })
  })
}

/** The issuer approved and the card refused: the sale is closed, and the gateway reverses the approval. */
export function concludeCardRefused(
  attempt: Try,
  responseCode: string,
): JournalStep<StoredPayment | null, null> {
  return stepOfOpen(attempt, (state, payment) => {
    const voided = voidDraft(state, [payment], 'card_refused')
    const records = [concluded(attempt, payment, 'card_refused', responseCode), ...(voided.records ?? [])]
    return commit(null, { ...voided, records })
  })
}

/** Approved online: conclusion and acceptance are one commit, so that neither is ever seen without the other. */
export function acceptOnline(
  attempt: Try,
  approval: IssuerApproval,
  completed: CompleteResult,
): JournalStep<StoredPayment | null, null> {
  return stepOfOpen(attempt, (state, payment) => {
    // The record names what was asked; how much of it was approved is the issuer's and the gateway's to say.
    const { responseCode, approvalCode, approvedMinor = payment.money.amountMinor } = approval
    const answer = { responseCode, approvalCode }
    const body = acceptedBody(attempt, payment, completed, { via: 'online', ...answer })
    const part = approvedMinor < payment.money.amountMinor ? { approvedMinor } : {}
    const accepted = (records: readonly SealedRecord[]): StoredPayment[] => [
      {
        ...acceptedFacts(attempt, payment, records),
        ...acceptedFields(state, attempt, completed, records),
        ...answer,
        ...part,
        state: 'ACCEPTED_ONLINE',
      },
    ]
    return commit(null, {
      records: [concluded(attempt, payment, 'approved', responseCode), body],
      exposure: release(state.head.exposure, payment),
      payments: accepted,
    })
  })
}

/** Nobody could decide in time: the lease does. The append is the moment of acceptance. */
export function acceptOffline(
  attempt: Try,
  input: {
    readonly why: OfflineReason
    readonly completed: CompleteResult
    /** The attempt that was sent before, and what is to be said of it; null when none was. */
    readonly asked: Asked | null
    readonly readerCapable: boolean
  },
): JournalStep<{ payment: StoredPayment | null; uses: readonly CardUse[] }, OfflineKind> {
  const { why, completed, asked, readerCapable } = input
  const { read, voiceCode } = attempt
  const build = (state: JournalState, payment: OpenPayment, uses: readonly CardUse[]): Built<OfflineKind> => {
    const { head, time } = state
    const terms = termsOf(state)
    const { money, reserved, location, reader } = payment
    const clock = offlineClockOf(state)
    const card = { first: read.cryptogram, final: completed.cryptogram, facts: read.facts, uses }
    const place = { money, reserved, location, reader, readerCapable }
    const sale = saleTermsOf(state, { ...place, ...consentIn(attempt) })
    const decision = decideOffline(terms, head.exposure, sale, card, clock)
    if (!decision.accept) return { do: 'refuse', code: decision.refusal }
    const { kind } = decision
    const untilMs = uploadUntilMs(must(terms.kinds[kind], 'a kind that the lease has'), head.exposure, clock)
    const offline = { via: 'offline', kind, why, voiceCode, uploadUntilMs: untilMs } as const
    const body = acceptedBody(attempt, payment, completed, offline)
    const released = reserved ? releaseReservation(head.exposure, money) : head.exposure
    const stored = (records: readonly SealedRecord[]): StoredPayment[] => [
      {
        ...acceptedFacts(attempt, payment, records),
        ...acceptedFields(state, attempt, completed, records),
        offlineKind: kind,
        offlineWhy: why,
        uploadUntilMs: untilMs,
        ...(voiceCode === null ? {} : { voiceCode }),
        state: 'QUEUED',
      },
    ]
    return commit(kind, {
      records: asked === null ? [body] : [concluded(asked.attempt, payment, asked.result, null), body],
      exposure: addStored(released, kind, money, time.nowMs),
      payments: stored,
    })
  }
  return {
    async load(store, state) {
      const asked = [store.payment(attempt.paymentId), loadCardUses(store, state, read.facts)] as const
      const [payment, uses] = await Promise.all(asked)
      return { payment, uses }
    },
    build: (state, { payment, uses }) =>
      payment?.state === 'OPEN' ? build(state, payment, uses) : { do: 'refuse', code: 'sale_not_open' },
  }
}

export function consentIn({ approver, contact, voiceCode }: Try): Consent {
  return { approved: approver !== null, contact: contact !== null, voice: voiceCode !== null }
}

/** A step that is refused unless the sale is still open when it is written. */
function stepOfOpen<Value>(
  { paymentId }: Try,
  build: (state: JournalState, payment: OpenPayment) => Built<Value>,
): JournalStep<StoredPayment | null, Value> {
  return {
    load: (store) => store.payment(paymentId),
    build: (state, payment) =>
      payment?.state === 'OPEN' ? build(state, payment) : { do: 'refuse', code: 'sale_not_open' },
  }
}

function commit<Value>(value: Value, draft: Draft): Built<Value> {
  return { do: 'commit', value, draft }
}

function saleFields({ operator }: Try, payment: OpenPayment) {
  const { saleId, paymentId, money, tipMinor = 0, captureMethod, location, reader, reference } = payment
  const place = { location, reader, operator, reference }
  return { sale: saleId, payment: paymentId, ...money, tipMinor, captureMethod, ...place }
}

function tryFields(attempt: Try, payment: OpenPayment) {
  return { attempt: attempt.attemptId, ordinal: ordinalOf(attempt, payment), read: attempt.read.readId }
}

/** A later card supersedes an earlier one, also when it is never shown to the issuer. */
function ordinalOf({ started }: Try, payment: OpenPayment): number {
  return started ? payment.attempts : payment.attempts + 1
}

function concluded(
  attempt: Try,
  payment: OpenPayment,
  result: Conclusion,
  responseCode: string | null,
): NewRecord {
  const { saleId, paymentId } = attempt
  const fields = tryFields(attempt, payment)
  const sale = { sale: saleId, payment: paymentId }
  return { body: { kind: 'attempt.concluded', ...sale, ...fields, result, responseCode }, sealed: null }
}

function acceptedBody(
  attempt: Try,
  payment: OpenPayment,
  completed: CompleteResult,
  decision: RecordOf<'payment.accepted'>['decision'],
): NewRecord {
  const { read, sealedSha256 } = attempt
  const body: RecordBody = {
    kind: 'payment.accepted',
    ...saleFields(attempt, payment),
    ...tryFields(attempt, payment),
    approver: attempt.approver,
    decision,
    card: read.facts,
    receipt: completed.receipt,
    cartSha256: null,
    sealedSha256,
    contactSha256: attempt.contact?.sha256 ?? null,
  }
  return { body, sealed: read.sealed, contact: attempt.contact?.sealed ?? null }
}

function acceptedFacts(attempt: Try, payment: OpenPayment, records: readonly SealedRecord[]) {
  const sealedSeqs = [...payment.sealedSeqs, seqOf(records)]
  return { ...factsOf(payment), reserved: false, attempts: ordinalOf(attempt, payment), sealedSeqs }
}

function acceptedFields(
  state: JournalState,
  { attemptId, read }: Try,
  completed: CompleteResult,
  records: readonly SealedRecord[],
): Accepted {
  const record = must(records.at(-1), 'the acceptance is the last record of its step')
  return {
    acceptedMs: state.time.nowMs,
    attemptId,
    card: read.facts,
    receipt: completed.receipt,
    recordSeq: record.header.seq,
    recordHash: record.hash,
  }
}

function seqOf(records: readonly SealedRecord[]): number {
  return must(records.at(-1), 'the sealed block is in the last record of its step').header.seq
}
