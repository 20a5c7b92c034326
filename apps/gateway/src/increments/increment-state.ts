import { type Increment, type IncrementReversalReason, must } from '@holdfast/core'
import {
  reversalFrom,
  SENDING_COLUMNS,
  type SendingColumns,
  sendingFrom,
  sendingToColumns,
} from '../presentments/sending-columns.ts'

/** The state of an increment as the table has it. */
export interface IncrementStateColumns extends SendingColumns {
  readonly state: Increment['state']
  readonly response_code: string | null
  readonly approval_code: string | null
  readonly ended_ms: number | null
  readonly reversal_why: IncrementReversalReason | null
}

/** In this order they are written and read. */
export const STATE_COLUMNS = [
  'state',
  'due_ms',
  'response_code',
  'approval_code',
  'ended_ms',
  'reversal_why',
  ...SENDING_COLUMNS,
] as const satisfies readonly (keyof IncrementStateColumns)[]

/** Values of the columns, in their order. */
export function stateToColumns(increment: Increment): readonly unknown[] {
  return [
    increment.state,
    dueMsOf(increment),
    'responseCode' in increment ? increment.responseCode : null,
    increment.state === 'approved' ? increment.approvalCode : null,
    'endedMs' in increment ? increment.endedMs : null,
    'why' in increment ? increment.why : null,
    ...sendingToColumns(
      'sending' in increment ? increment.sending : null,
      'reversal' in increment ? increment.reversal : null,
    ),
  ]
}

/** The checks of the table keep each state with its columns. */
export function stateOf(columns: IncrementStateColumns): Increment {
  const { state } = columns
  const has = <Value>(value: Value | null): Value => must(value, `${state} has its columns`)
  const sending = () => sendingFrom(columns)
  switch (state) {
    case 'due':
      return { state, dueMs: has(columns.due_ms) }
    case 'sent':
      return { state, sending: sending() }
    case 'unknown':
      return { state, retryAtMs: has(columns.due_ms), sending: sending() }
    case 'approved':
      return {
        state,
        endedMs: has(columns.ended_ms),
        responseCode: has(columns.response_code),
        approvalCode: has(columns.approval_code),
        sending: sending(),
      }
    case 'declined': {
      const endedMs = has(columns.ended_ms)
      return { state, endedMs, responseCode: has(columns.response_code), sending: sending() }
    }
    case 'reversing':
      return { state, why: has(columns.reversal_why), reversal: reversalFrom(columns), sending: sending() }
    case 'reversed':
      return { state, endedMs: has(columns.ended_ms), why: has(columns.reversal_why), sending: sending() }
    case 'canceled':
      return { state, endedMs: has(columns.ended_ms) }
  }
}

/** One whose sender is gone is looked at when nothing can leave for it any more. */
function dueMsOf(increment: Increment): number | null {
  switch (increment.state) {
    case 'due':
      return increment.dueMs
    case 'sent':
      return increment.sending.sendBeforeMs
    case 'unknown':
      return increment.retryAtMs
    case 'reversing':
      return increment.reversal.retryAtMs
    case 'approved':
    case 'declined':
    case 'reversed':
    case 'canceled':
      return null
  }
}
