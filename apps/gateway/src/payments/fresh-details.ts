import { must, newId } from '@holdfast/core'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { AttemptDetails, PaymentRow } from '../store/gateway-store.ts'

/** A try that was presented once more is a charge of its own, of the same card: gives each such attempt its details. */
export function withFreshDetails(
  { crypto }: Pick<GatewayWorld, 'crypto'>,
  row: PaymentRow,
  nowMs: number,
): PaymentRow {
  const { attempts } = row.story
  if (row.details.length === attempts.length) return row
  const source = { wallMs: () => nowMs, randomBytes: (length: number) => crypto.randomBytes(length) }
  const details = [...row.details]
  for (const { number, attemptId } of attempts.slice(details.length)) {
    const like = details.findLast((_, at) => attempts[at]?.attemptId === attemptId)
    const fresh: AttemptDetails = {
      ...must(like, 'it was presented before'),
      number,
      chargeId: newId('ch', source),
      createdMs: nowMs,
    }
    details.push(fresh)
  }
  return { ...row, details }
}
