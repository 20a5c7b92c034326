import {
  type CaptureMethod,
  type Currency,
  type DeviceWord,
  type GiveUpReason,
  must,
  type OfflineKind,
  type PaymentStory,
  statusOf,
} from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import { attemptOf, type AttemptColumns, detailsOf } from './attempt-columns.ts'
import type { PaymentRow } from './gateway-store.ts'
import type { SqlRow } from '../database/sql-rows.ts'

export const paymentColumns = {
  account: 'text',
  payment: 'text',
  mode: 'text',
  device: 'text',
  terminal_id: 'text',
  location: 'text',
  reader: 'text',
  sale: 'text',
  reference: 'text',
  operator: 'text',
  link: 'text',
  amount_minor: 'bigint',
  currency: 'text',
  capture_method: 'text',
  word: 'text',
  word_attempt: 'text',
  word_at_ms: 'bigint',
  word_via: 'text',
  word_kind: 'text',
  word_voice_code: 'text',
  void_reason: 'text',
  given_up_why: 'text',
  given_up_note: 'text',
  status: 'text',
  version: 'integer',
  opened_ms: 'bigint',
  received_ms: 'bigint',
  stored_ms: 'bigint',
  utc_offset_min: 'smallint',
  due_ms: 'bigint',
  attention: 'text',
  outcome_sent: 'boolean',
  as_of: 'integer',
  tip_minor: 'bigint',
  incremented_minor: 'bigint',
  captured_minor: 'bigint',
  collected_ms: 'bigint',
} as const

export type PaymentColumns = SqlRow<typeof paymentColumns>

/** `version` is written as it is in the row: the caller raises it. */
export function paymentToColumns(row: PaymentRow): PaymentColumns {
  const { story } = row
  return {
    account: row.account,
    payment: story.paymentId,
    mode: row.mode,
    device: row.deviceId,
    terminal_id: row.terminalId,
    location: row.location,
    reader: row.reader,
    sale: row.saleId,
    reference: row.reference,
    operator: row.operator,
    link: row.link,
    amount_minor: story.money.amountMinor,
    currency: story.money.currency,
    capture_method: story.captureMethod,
    ...wordToColumns(story.word),
    given_up_why: story.givenUp?.why ?? null,
    given_up_note: story.givenUp?.note ?? null,
    status: statusOf(story),
    version: row.version,
    opened_ms: row.openedMs,
    received_ms: row.receivedMs,
    stored_ms: row.storedMs,
    utc_offset_min: row.utcOffsetMin,
    due_ms: row.dueMs,
    attention: row.attention,
    outcome_sent: row.outcomeSent,
    as_of: row.asOf,
    tip_minor: story.tipMinor ?? null,
    incremented_minor: story.incrementedMinor ?? null,
    captured_minor: story.capturedMinor ?? null,
    collected_ms: story.collectedMs ?? null,
  }
}

/** `attempts` in their order. */
export function paymentOf(columns: PaymentColumns, attempts: readonly AttemptColumns[]): PaymentRow {
  return {
    account: present(columns.account),
    // Written by us, through the schema of the record; the table only keeps what it was given.
    mode: present(columns.mode) as Mode,
    deviceId: present(columns.device),
    terminalId: present(columns.terminal_id),
    location: present(columns.location),
    reader: present(columns.reader),
    saleId: present(columns.sale),
    reference: columns.reference,
    operator: columns.operator,
    link: present(columns.link),
    story: {
      paymentId: present(columns.payment),
      money: {
        amountMinor: present(columns.amount_minor),
        currency: present(columns.currency) as Currency,
      },
      captureMethod: present(columns.capture_method) as CaptureMethod,
      word: wordOf(columns),
      attempts: attempts.map(attemptOf),
      ...(columns.tip_minor === null ? {} : { tipMinor: columns.tip_minor }),
      ...(columns.incremented_minor === null ? {} : { incrementedMinor: columns.incremented_minor }),
      ...(columns.captured_minor === null ? {} : { capturedMinor: columns.captured_minor }),
      ...(columns.collected_ms === null ? {} : { collectedMs: columns.collected_ms }),
      ...givenUpOf(columns),
    },
    version: present(columns.version),
    openedMs: present(columns.opened_ms),
    receivedMs: present(columns.received_ms),
    storedMs: columns.stored_ms,
    utcOffsetMin: present(columns.utc_offset_min),
    details: attempts.map(detailsOf),
    dueMs: columns.due_ms,
    attention: columns.attention,
    outcomeSent: present(columns.outcome_sent),
    asOf: present(columns.as_of),
  }
}

function givenUpOf({
  given_up_why: why,
  given_up_note: note,
}: PaymentColumns): Pick<PaymentStory, 'givenUp'> {
  return why === null ? {} : { givenUp: { why: why as GiveUpReason, note: note ?? '' } }
}

type WordColumns = Pick<
  PaymentColumns,
  'word' | 'word_attempt' | 'word_at_ms' | 'word_via' | 'word_kind' | 'word_voice_code' | 'void_reason'
>

function wordToColumns(word: DeviceWord): WordColumns {
  const nothing = {
    word: word.said,
    word_attempt: null,
    word_at_ms: null,
    word_via: null,
    word_kind: null,
    word_voice_code: null,
    void_reason: null,
  }
  switch (word.said) {
    case 'open':
      return nothing
    case 'voided':
      return { ...nothing, void_reason: word.reason }
    case 'accepted':
      return {
        ...nothing,
        word_attempt: word.attemptId,
        word_at_ms: word.atMs,
        word_via: word.via,
        word_kind: word.via === 'offline' ? word.kind : null,
        word_voice_code: word.via === 'offline' ? (word.voiceCode ?? null) : null,
      }
  }
}

function wordOf(columns: WordColumns): DeviceWord {
  const said = present(columns.word) as DeviceWord['said']
  switch (said) {
    case 'open':
      return { said }
    case 'voided':
      return { said, reason: present(columns.void_reason) }
    case 'accepted': {
      const fact = { said, attemptId: present(columns.word_attempt), atMs: present(columns.word_at_ms) }
      if (columns.word_via !== 'offline') return { ...fact, via: 'online' }
      const offline = { ...fact, via: 'offline', kind: present(columns.word_kind) as OfflineKind } as const
      const voiceCode = columns.word_voice_code
      return voiceCode === null ? offline : { ...offline, voiceCode }
    }
  }
}

function present<Value>(value: Value | null): Value {
  return must(value, 'the checks of the table keep each word with its columns')
}
