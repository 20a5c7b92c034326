import {
  type Attempt,
  type AttemptState,
  type CardFacts,
  isWanted,
  must,
  type ReversalReason,
} from '@holdfast/core'
import type { ReceiptTags } from '@holdfast/protocol'
import type { AttemptDetails, PaymentRow } from './gateway-store.ts'
import type { SqlRow } from '../database/sql-rows.ts'

export const attemptColumns = {
  account: 'text',
  payment: 'text',
  number: 'integer',
  terminal_id: 'text',
  attempt: 'text',
  ordinal: 'integer',
  read: 'text',
  deferred: 'boolean',
  state: 'text',
  wanted: 'boolean',
  not_before_ms: 'bigint',
  retry_at_ms: 'bigint',
  stan: 'text',
  rrn: 'text',
  transmitted_ms: 'bigint',
  send_before_ms: 'bigint',
  repeats: 'integer',
  advice: 'boolean',
  holds: 'boolean',
  response_code: 'text',
  approval_code: 'text',
  approved_minor: 'bigint',
  answered_ms: 'bigint',
  reversal_why: 'text',
  reversal_stan: 'text',
  reversal_transmitted_ms: 'bigint',
  reversal_tries: 'integer',
  reversal_retry_at_ms: 'bigint',
  charge: 'text',
  brand: 'text',
  last4: 'text',
  bin: 'text',
  exp_month: 'smallint',
  exp_year: 'smallint',
  entry_mode: 'text',
  cvm: 'text',
  aid: 'text',
  application_label: 'text',
  fingerprint: 'text',
  receipt: 'json',
  sealed: 'text',
  vault: 'text',
  created_ms: 'bigint',
} as const

export type AttemptColumns = SqlRow<typeof attemptColumns>

/** One row per attempt, in their order. */
export function attemptsToColumns(row: PaymentRow): AttemptColumns[] {
  return row.story.attempts.map((attempt) => {
    const detail = must(row.details[attempt.number - 1], 'every attempt has its details')
    return {
      account: row.account,
      payment: row.story.paymentId,
      number: attempt.number,
      terminal_id: row.terminalId,
      attempt: attempt.attemptId,
      ordinal: attempt.ordinal,
      read: attempt.readId,
      deferred: attempt.deferred,
      wanted: isWanted(row.story, attempt),
      ...stateToColumns(attempt),
      charge: detail.chargeId,
      ...cardToColumns(detail.card),
      receipt: detail.receipt,
      sealed: detail.sealed,
      vault: detail.vault,
      created_ms: detail.createdMs,
    }
  })
}

export function attemptOf(columns: AttemptColumns): Attempt {
  return {
    number: present(columns.number),
    attemptId: present(columns.attempt),
    ordinal: present(columns.ordinal),
    readId: present(columns.read),
    deferred: present(columns.deferred),
    ...stateOf(columns),
  }
}

export function detailsOf(columns: AttemptColumns): AttemptDetails {
  return {
    number: present(columns.number),
    chargeId: present(columns.charge),
    card: {
      // Written by us, through the schema of the record; the table only keeps what it was given.
      brand: present(columns.brand) as CardFacts['brand'],
      last4: present(columns.last4),
      bin: present(columns.bin),
      expMonth: present(columns.exp_month),
      expYear: present(columns.exp_year),
      entryMode: present(columns.entry_mode) as CardFacts['entryMode'],
      cvm: present(columns.cvm) as CardFacts['cvm'],
      aid: present(columns.aid),
      applicationLabel: present(columns.application_label),
      fingerprint: present(columns.fingerprint),
    },
    receipt: columns.receipt as ReceiptTags | null,
    sealed: columns.sealed,
    vault: columns.vault,
    createdMs: present(columns.created_ms),
  }
}

const NOTHING = {
  not_before_ms: null,
  retry_at_ms: null,
  stan: null,
  rrn: null,
  transmitted_ms: null,
  send_before_ms: null,
  repeats: null,
  advice: null,
  holds: null,
  response_code: null,
  approval_code: null,
  approved_minor: null,
  answered_ms: null,
  reversal_why: null,
  reversal_stan: null,
  reversal_transmitted_ms: null,
  reversal_tries: null,
  reversal_retry_at_ms: null,
} satisfies Partial<AttemptColumns>

type StateColumns = Pick<AttemptColumns, keyof typeof NOTHING | 'state'>

function stateToColumns(attempt: Attempt): StateColumns {
  const { state } = attempt
  switch (attempt.state) {
    case 'planned':
      return { ...NOTHING, state, not_before_ms: attempt.notBeforeMs }
    case 'shelved':
    case 'expired':
      return { ...NOTHING, state }
    case 'sent':
      return { ...NOTHING, state, ...sendingToColumns(attempt) }
    case 'unknown':
      return { ...NOTHING, state, ...sendingToColumns(attempt), retry_at_ms: attempt.retryAtMs }
    case 'approved':
      return {
        ...NOTHING,
        state,
        ...sendingToColumns(attempt),
        ...answerToColumns(attempt),
        approval_code: attempt.approvalCode,
        approved_minor: attempt.approvedMinor ?? null,
      }
    case 'declined':
      return {
        ...NOTHING,
        state,
        ...sendingToColumns(attempt),
        ...answerToColumns(attempt),
        retry_at_ms: attempt.retryAtMs,
      }
    case 'reversing':
      return {
        ...NOTHING,
        state,
        ...sendingToColumns(attempt),
        reversal_why: attempt.reversal.why,
        reversal_stan: attempt.reversal.stan,
        reversal_transmitted_ms: attempt.reversal.transmittedAtMs,
        reversal_tries: attempt.reversal.tries,
        reversal_retry_at_ms: attempt.reversal.retryAtMs,
      }
    case 'reversed':
      return { ...NOTHING, state, ...sendingToColumns(attempt), reversal_why: attempt.why }
  }
}

function stateOf(columns: AttemptColumns): AttemptState {
  const state = present(columns.state) as AttemptState['state']
  switch (state) {
    case 'planned':
      return { state, notBeforeMs: present(columns.not_before_ms) }
    case 'shelved':
    case 'expired':
      return { state }
    case 'sent':
      return { state, ...sendingOf(columns) }
    case 'unknown':
      return { state, ...sendingOf(columns), retryAtMs: present(columns.retry_at_ms) }
    case 'approved':
      return {
        state,
        ...sendingOf(columns),
        ...answerOf(columns),
        approvalCode: present(columns.approval_code),
        ...(columns.approved_minor === null ? {} : { approvedMinor: columns.approved_minor }),
      }
    case 'declined':
      return { state, ...sendingOf(columns), ...answerOf(columns), retryAtMs: columns.retry_at_ms }
    case 'reversing':
      return {
        state,
        ...sendingOf(columns),
        reversal: {
          why: present(columns.reversal_why) as Reversal['why'],
          stan: present(columns.reversal_stan),
          transmittedAtMs: present(columns.reversal_transmitted_ms),
          tries: present(columns.reversal_tries),
          retryAtMs: present(columns.reversal_retry_at_ms),
        },
      }
    case 'reversed':
      return { state, ...sendingOf(columns), why: present(columns.reversal_why) as ReversalReason }
  }
}

type Sent = Extract<AttemptState, { state: 'sent' }>
type Declined = Extract<AttemptState, { state: 'declined' }>
type Reversal = Extract<AttemptState, { state: 'reversing' }>['reversal']

function sendingToColumns(sending: Omit<Sent, 'state'>) {
  return {
    stan: sending.stan,
    rrn: sending.rrn,
    transmitted_ms: sending.transmittedAtMs,
    send_before_ms: sending.sendBeforeMs,
    repeats: sending.repeats,
    advice: sending.advice ?? null,
    holds: sending.holds ?? null,
  }
}

function sendingOf(columns: AttemptColumns): Omit<Sent, 'state'> {
  return {
    stan: present(columns.stan),
    rrn: present(columns.rrn),
    transmittedAtMs: present(columns.transmitted_ms),
    sendBeforeMs: present(columns.send_before_ms),
    repeats: present(columns.repeats),
    ...(columns.advice === true ? { advice: true as const } : {}),
    ...(columns.holds === true ? { holds: true as const } : {}),
  }
}

function answerToColumns(answer: Pick<Declined, 'responseCode' | 'answeredAtMs'>) {
  return { response_code: answer.responseCode, answered_ms: answer.answeredAtMs }
}

function answerOf(columns: AttemptColumns): Pick<Declined, 'responseCode' | 'answeredAtMs'> {
  return { responseCode: present(columns.response_code), answeredAtMs: present(columns.answered_ms) }
}

function cardToColumns(card: CardFacts) {
  return {
    brand: card.brand,
    last4: card.last4,
    bin: card.bin,
    exp_month: card.expMonth,
    exp_year: card.expYear,
    entry_mode: card.entryMode,
    cvm: card.cvm,
    aid: card.aid,
    application_label: card.applicationLabel,
    fingerprint: card.fingerprint,
  }
}

function present<Value>(value: Value | null): Value {
  return must(value, 'the checks of the table keep each state with its columns')
}
