import { must, type MessageReversal, type MessageSending } from '@holdfast/core'

/** What was sent and what takes it back, as the tables of presentments and of increments have it. */
export interface SendingColumns {
  /** Of a reversal: when it is said again. */
  readonly due_ms: number | null
  readonly stan: string | null
  readonly transmitted_ms: number | null
  readonly send_before_ms: number | null
  readonly repeats: number | null
  readonly reversal_stan: string | null
  readonly reversal_transmitted_ms: number | null
  readonly reversal_tries: number | null
}

/** In this order they are written. */
export const SENDING_COLUMNS = [
  'stan',
  'transmitted_ms',
  'send_before_ms',
  'repeats',
  'reversal_stan',
  'reversal_transmitted_ms',
  'reversal_tries',
] as const satisfies readonly (keyof SendingColumns)[]

/** Values of the columns, in their order; null for what has not left and for what is not taken back. */
export function sendingToColumns(
  sending: MessageSending | null,
  reversal: MessageReversal | null,
): readonly unknown[] {
  return [
    sending?.stan ?? null,
    sending?.transmittedAtMs ?? null,
    sending?.sendBeforeMs ?? null,
    sending?.repeats ?? null,
    reversal?.stan ?? null,
    reversal?.transmittedAtMs ?? null,
    reversal?.tries ?? null,
  ]
}

/** @throws Error where the row has none; the checks of its table keep each state with its columns. */
export function sendingFrom(columns: SendingColumns): MessageSending {
  return {
    stan: must(columns.stan, 'what was sent has a STAN'),
    transmittedAtMs: must(columns.transmitted_ms, 'what was sent has its moment'),
    sendBeforeMs: must(columns.send_before_ms, 'what was sent has its end'),
    repeats: must(columns.repeats, 'what was sent counts its repeats'),
  }
}

/** @throws Error where the row has none. */
export function reversalFrom(columns: SendingColumns): MessageReversal {
  return {
    stan: must(columns.reversal_stan, 'a reversal has a STAN'),
    transmittedAtMs: must(columns.reversal_transmitted_ms, 'a reversal has its moment'),
    tries: must(columns.reversal_tries, 'a reversal counts its tries'),
    retryAtMs: must(columns.due_ms, 'a reversal is said until it is answered'),
  }
}
