import { statusOf } from '@holdfast/core'
import type { World } from './world.ts'

/** Each payment that ends approved is handed over to money once; one that ends otherwise is not, or is taken back. */
export function judgeHandover({ watch, counters, database }: World): void {
  const kinds = new Map<string, string[]>()
  for (const { paymentId, work } of database.tasks.values())
    kinds.set(paymentId, [...(kinds.get(paymentId) ?? []), work.kind])
  for (const { story } of database.payments.values()) {
    const { paymentId } = story
    const status = statusOf(story)
    const told = kinds.get(paymentId) ?? []
    const approvals = told.filter((kind) => kind === 'approved').length
    const breach = (what: string): void =>
      watch.breach('money is told of each payment', `${status}: ${what}`, paymentId)
    if (status === 'succeeded' || status === 'requires_capture') {
      counters.sometimes('state.handed_over', approvals === 1)
      if (approvals !== 1) breach(`told ${approvals} times of its approval`)
      if (told.includes('voided')) breach('told that it was voided')
    }
    if (status === 'canceled' && !told.includes('voided')) breach('not told that it was voided')
    if (status === 'declined' && !told.includes('declined')) breach('not told that it was declined')
  }
}
