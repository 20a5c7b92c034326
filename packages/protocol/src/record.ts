import { captureMethods, cardholderVerifications, offlineKinds } from '@holdfast/core'
import * as z from 'zod'
import { cardFacts, receiptTags } from './card-facts.ts'
import {
  amountMinor,
  base64Url,
  currency,
  idOf,
  keyId,
  mode,
  sha256Hex,
  shortText,
  unixMs,
} from './primitives.ts'

/** Version 1 is for ever (P8): a field may be added as a new version, never changed in this one. */
export const RECORD_VERSION = 1
export const RECORD_HEADER_BYTES_MAX = 16_384
const SEALED_BYTES_MAX = 16_384

/**
 * When the device wrote it, by every clock it has. `nowMs` is the time that leases and windows count in; `trust` says
 * whether the gateway's time was known in this boot, held over from an earlier one, or never known.
 */
export const recordTimes = z.strictObject({
  wallMs: unixMs,
  nowMs: unixMs,
  monotonicMs: z.number().min(0),
  boot: z.string().min(1).max(64),
  utcOffsetMin: z.int().min(-840).max(840),
  trust: z.enum(['trusted', 'held', 'untrusted']),
})

/** Why the issuer was not asked before the goods went. `card`: the card itself approved, with the network up. */
export const offlineReasons = ['internet', 'service', 'acquirer', 'no_answer', 'forced', 'card'] as const
export type OfflineReason = (typeof offlineReasons)[number]

const common = {
  v: z.literal(RECORD_VERSION),
  account: idOf('acct'),
  mode,
  device: idOf('dev'),
  /** The device key that signs. */
  key: keyId,
  /** Random per journal open; linked to the one before by `prev`. */
  epoch: idOf('ep'),
  /** Counts every record of the device, from 1, over all epochs. */
  seq: z.int().min(1),
  /** Hash of the record before; null for the first of a device. */
  prev: sha256Hex.nullable(),
  /** The lease in force; null before the first one. */
  lease: idOf('lease').nullable(),
  times: recordTimes,
}

const sale = {
  sale: idOf('sale'),
  payment: idOf('pi'),
}

const money = {
  amountMinor,
  /** Included in `amountMinor`. */
  tipMinor: z.int().min(0),
  currency,
  captureMethod: z.enum(captureMethods),
}

const place = {
  location: idOf('loc'),
  reader: idOf('rdr'),
  operator: shortText.nullable(),
  /** The merchant's own order or reference. */
  reference: shortText.nullable(),
}

const attempt = {
  attempt: idOf('att'),
  /** Counts the tries of this sale, from 1: a later card supersedes an earlier one. */
  ordinal: z.int().min(1).max(1_000),
  read: idOf('read'),
}

const epochStarted = z.strictObject({
  ...common,
  kind: z.literal('epoch.started'),
  app: shortText,
  store: shortText,
})

/** Durable before the reader is armed; `pad` makes it as large as a full record, so it is also the full-disk check. */
const saleOpened = z.strictObject({
  ...common,
  kind: z.literal('sale.opened'),
  ...sale,
  ...money,
  ...place,
  /** True when the offline limits hold a place for this sale. */
  reserved: z.boolean(),
  pad: z.string().max(8_192),
})

/** Durable before anything is sent online. */
const attemptStarted = z.strictObject({
  ...common,
  kind: z.literal('attempt.started'),
  ...sale,
  ...money,
  ...place,
  ...attempt,
  card: cardFacts,
  cryptogramSha256: sha256Hex,
  sealedSha256: sha256Hex,
})

const attemptConcluded = z.strictObject({
  ...common,
  kind: z.literal('attempt.concluded'),
  ...sale,
  ...attempt,
  /** `no_answer` is not a decline: the outcome is unknown. `card_refused`: approved, but the card answered AAC. */
  result: z.enum(['approved', 'declined', 'deferred', 'no_answer', 'card_refused']),
  responseCode: z.string().max(3).nullable(),
})

/** Its append is the moment of acceptance: durable first, then on the screen. */
const paymentAccepted = z.strictObject({
  ...common,
  kind: z.literal('payment.accepted'),
  ...sale,
  ...money,
  ...place,
  ...attempt,
  approver: shortText.nullable(),
  decision: z.discriminatedUnion('via', [
    z.strictObject({
      via: z.literal('online'),
      responseCode: z.string().max(3),
      approvalCode: z.string().max(6),
    }),
    z.strictObject({
      via: z.literal('offline'),
      kind: z.enum(offlineKinds),
      why: z.enum(offlineReasons),
      voiceCode: z.string().max(6).nullable(),
      /** By the lease in force: until when the issuer may be asked (SQ6). */
      uploadUntilMs: unixMs,
    }),
  ]),
  card: cardFacts,
  receipt: receiptTags,
  cartSha256: sha256Hex.nullable(),
  sealedSha256: sha256Hex,
  contactSha256: sha256Hex.nullable(),
})

/** Valid for an id that was never accepted, and also when it arrives first. The device's last word. */
const paymentVoided = z.strictObject({
  ...common,
  kind: z.literal('payment.voided'),
  ...sale,
  /** `expired`: not uploaded within its window, under a lease that does not let late ones through. */
  reason: z.enum([
    'canceled',
    'abandoned',
    'declined',
    'refused',
    'card_refused',
    'paid_otherwise',
    'expired',
  ]),
})

const tipClosed = z.strictObject({
  ...common,
  kind: z.literal('tip.closed'),
  ...sale,
  tipMinor: z.int().min(0),
  currency,
})

const captureRequested = z.strictObject({
  ...common,
  kind: z.literal('capture.requested'),
  ...sale,
  amountMinor,
  currency,
})

const refundRequested = z.strictObject({
  ...common,
  kind: z.literal('refund.requested'),
  ...sale,
  /** Names the refund for ever, as the payment's id names the payment. */
  refund: z.string().regex(/^re_[0-9A-Za-z]{24}$/),
  amountMinor,
  currency,
  operator: shortText.nullable(),
  approver: shortText.nullable(),
  cvm: z.enum(cardholderVerifications).nullable(),
})

export const recordHeader = z.discriminatedUnion('kind', [
  epochStarted,
  saleOpened,
  attemptStarted,
  attemptConcluded,
  paymentAccepted,
  paymentVoided,
  tipClosed,
  captureRequested,
  refundRequested,
])
export type RecordHeader = z.infer<typeof recordHeader>
export type RecordKind = RecordHeader['kind']
export type RecordOf<Kind extends RecordKind> = Extract<RecordHeader, { kind: Kind }>

/**
 * A record on the wire and in the journal. `header` is the exact JSON text that was signed and hashed; the sealed
 * parts are named in it by hash, so they can be erased without breaking the chain.
 */
export const wireRecord = z.strictObject({
  header: z.string().max(RECORD_HEADER_BYTES_MAX),
  signature: base64Url.length(86),
  sealed: z.string().max(SEALED_BYTES_MAX).nullable(),
  contact: z.string().max(4_096).nullable(),
})
export type WireRecord = z.infer<typeof wireRecord>
