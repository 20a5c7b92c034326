import {
  type Increment,
  type IncrementReversalReason,
  type IncrementReversal,
  type IncrementSending,
  must,
} from '@holdfast/core'

/** The state of an increment as the table has it. */
export interface IncrementStateColumns {
  readonly state: Increment['state']
  readonly due_ms: number | null
  readonly stan: string | null
  readonly transmitted_ms: number | null
  readonly send_before_ms: number | null
  readonly repeats: number | null
  readonly response_code: string | null
  readonly approval_code: string | null
  readonly ended_ms: number | null
  readonly reversal_why: IncrementReversalReason | null
  readonly reversal_stan: string | null
  readonly reversal_transmitted_ms: number | null
  readonly reversal_tries: number | null
}

/** In this order they are written and read. */
export const STATE_COLUMNS = [
  'state',
  'due_ms',
  'stan',
  'transmitted_ms',
  'send_before_ms',
  'repeats',
  'response_code',
  'approval_code',
  'ended_ms',
  'reversal_why',
  'reversal_stan',
  'reversal_transmitted_ms',
  'reversal_tries',
] as const satisfies readonly (keyof IncrementStateColumns)[]

/** Values of the columns, in their order. */
export function stateToColumns(increment: Increment): readonly unknown[] {
  const sending = 'sending' in increment ? increment.sending : null
  const reversal = 'reversal' in increment ? increment.reversal : null
  return [
    increment.state,
    dueMsOf(increment),
    sending?.stan ?? null,
    sending?.transmittedAtMs ?? null,
    sending?.sendBeforeMs ?? null,
    sending?.repeats ?? null,
    'responseCode' in increment ? increment.responseCode : null,
    increment.state === 'approved' ? increment.approvalCode : null,
    'endedMs' in increment ? increment.endedMs : null,
    'why' in increment ? increment.why : null,
    reversal?.stan ?? null,
    reversal?.transmittedAtMs ?? null,
    reversal?.tries ?? null,
  ]
}

/** The checks of the table keep each state with its columns. */
export function stateOf(columns: IncrementStateColumns): Increment {
  const { state } = columns
  const has = <Value>(value: Value | null): Value => must(value, `${state} has its columns`)
  const sending = (): IncrementSending => ({
    stan: has(columns.stan),
    transmittedAtMs: has(columns.transmitted_ms),
    sendBeforeMs: has(columns.send_before_ms),
    repeats: has(columns.repeats),
  })
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
    case 'reversing': {
      const reversal: IncrementReversal = {
        stan: has(columns.reversal_stan),
        transmittedAtMs: has(columns.reversal_transmitted_ms),
        tries: has(columns.reversal_tries),
        retryAtMs: has(columns.due_ms),
      }
      return { state, why: has(columns.reversal_why), reversal, sending: sending() }
    }
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
