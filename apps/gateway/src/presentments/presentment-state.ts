import {
  type MessageReversal,
  must,
  type Presentment,
  presentationNumber,
  type PresentmentSending,
} from '@holdfast/core'
import {
  reversalFrom,
  SENDING_COLUMNS,
  type SendingColumns,
  sendingFrom,
  sendingToColumns,
} from './sending-columns.ts'

/** The state of a presentment as the table has it. */
export interface PresentmentStateColumns extends SendingColumns {
  readonly state: Presentment['state']
  readonly presentation: number
  readonly response_code: string | null
  readonly accepted_ms: number | null
  readonly attention: string | null
  readonly ended_ms: number | null
}

/** In this order they are written and read. */
export const STATE_COLUMNS = [
  'state',
  'due_ms',
  'presentation',
  'response_code',
  'accepted_ms',
  'attention',
  'ended_ms',
  ...SENDING_COLUMNS,
] as const satisfies readonly (keyof PresentmentStateColumns)[]

/** Values of the columns, in their order. */
export function stateToColumns(presentment: Presentment): readonly unknown[] {
  return [
    presentment.state,
    dueMsOf(presentment),
    presentationNumber(presentment),
    'responseCode' in presentment ? presentment.responseCode : null,
    presentment.state === 'accepted' ? presentment.acceptedMs : null,
    presentment.state === 'needs_attention' ? presentment.why : null,
    'endedMs' in presentment ? presentment.endedMs : null,
    ...sendingToColumns(sendingOf(presentment), reversalOf(presentment)),
  ]
}

/** The checks of the table keep each state with its columns. */
export function stateOf(columns: PresentmentStateColumns): Presentment {
  const { state, due_ms, presentation, response_code: responseCode } = columns
  const has = <Value>(value: Value | null): Value => must(value, `${state} has its columns`)
  const sending = (): PresentmentSending => ({ presentation, ...sendingFrom(columns) })
  const perhapsSent = columns.stan === null ? null : sending()
  switch (state) {
    case 'due':
      return { state, dueMs: due_ms, presentation }
    case 'canceled':
      return { state, presentation }
    case 'sent':
      return { state, sending: sending() }
    case 'unknown':
      return { state, retryAtMs: has(due_ms), sending: sending() }
    case 'refused':
      return { state, retryAtMs: has(due_ms), responseCode: has(responseCode), sending: sending() }
    case 'accepted':
      return {
        state,
        acceptedMs: has(columns.accepted_ms),
        responseCode: has(responseCode),
        sending: sending(),
      }
    case 'declined':
      return { state, endedMs: has(columns.ended_ms), responseCode: has(responseCode), sending: sending() }
    case 'reversing':
      return { state, reversal: reversalFrom(columns), sending: sending() }
    case 'needs_attention':
      return { state, why: has(columns.attention), responseCode, presentation, sending: perhapsSent }
    case 'given_up':
      return { state, endedMs: has(columns.ended_ms), responseCode, presentation, sending: perhapsSent }
  }
}

/** One whose sender is gone is looked at when nothing can leave for it any more. */
function dueMsOf(presentment: Presentment): number | null {
  switch (presentment.state) {
    case 'due':
      return presentment.dueMs
    case 'sent':
      return presentment.sending.sendBeforeMs
    case 'unknown':
    case 'refused':
      return presentment.retryAtMs
    case 'reversing':
      return presentment.reversal.retryAtMs
    case 'accepted':
    case 'declined':
    case 'needs_attention':
    case 'given_up':
    case 'canceled':
      return null
  }
}

export function sendingOf(presentment: Presentment): PresentmentSending | null {
  return 'sending' in presentment ? presentment.sending : null
}

export function reversalOf(presentment: Presentment): MessageReversal | null {
  return presentment.state === 'reversing' ? presentment.reversal : null
}
