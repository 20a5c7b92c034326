import type { LocalAudit } from './run-audit.ts'

/** The audit for a person: counts, then each difference with what to do about it. */
export function renderAudit({ report, notReachable, books }: LocalAudit): string {
  const { sales, accepted, authorised, declined, voided, pending, differences } = report
  const lines = [
    `${sales} sales: ${authorised} authorised, ${declined} declined, ${voided} voided, ${pending} pending`,
    `${accepted} of them were accepted at the counter`,
  ]
  if (notReachable.length > 0) {
    lines.push(
      `Journals not at hand (a till's journal is in its browser): ${notReachable.join(', ')}.`,
      'For these the gateway’s word was taken; what they have not forwarded is not in these figures.',
    )
  }
  for (const { code, paymentId, detail, remedy } of differences) {
    lines.push('', `DIFFERENCE ${code} ${paymentId ?? ''}`.trimEnd(), `  ${detail}`, `  ${remedy}`)
  }
  for (const line of books) lines.push(`BOOKS ${line}`)
  const count = differences.length + books.length
  const verdict =
    count === 0
      ? 'Journals, gateway and acquirer agree on every sale, and the books are right.'
      : `${count} ${count === 1 ? 'difference' : 'differences'}.`
  return [...lines, '', verdict].join('\n')
}
