import type { RecordHeader } from '@holdfast/protocol'
import type { Draft } from './journal-step.ts'

export function opensSale({ records = [] }: Draft): boolean {
  return records.some(({ body }) => body.kind === 'sale.opened')
}

/** A sale, a card or money that was not there before. What closes, takes back or tells may always be written. */
export function takesMore({ records = [] }: Draft): boolean {
  const more: readonly RecordHeader['kind'][] = ['sale.opened', 'attempt.started', 'payment.accepted']
  return records.some(({ body }) => more.includes(body.kind))
}
