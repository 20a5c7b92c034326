import type { ReviewResolve } from '@holdfast/protocol/account'
import type { ServerParts } from '../http/server-parts.ts'
import type { Scope } from '../database/scope.ts'
import { resolveLostOutcome } from '../review/resolve-lost-outcome.ts'
import { answerOf, isInScope, type MerchantReviewed, untilItStands } from './decide-for-merchant.ts'

/** What was read in the acquirer's books, by whom. The same word again is `before`; another one is refused. */
export async function resolveForMerchant(
  { pool, world }: Pick<ServerParts, 'pool' | 'world'>,
  scope: Scope,
  payment: string,
  said: ReviewResolve,
): Promise<MerchantReviewed> {
  if (!(await isInScope(pool, scope, payment))) return { ok: false, code: 'not_found' }
  const { by, note, ...found } = said
  const subject = { account: scope.account, paymentId: payment }
  const reviewed = await untilItStands(() => resolveLostOutcome(world, subject, found, { by, note }))
  if (reviewed.result !== 'refused' || reviewed.code !== 'review_nothing_waits')
    return answerOf(payment, reviewed)
  const { rows } = await pool.query<{ isSame: boolean }>(
    `select found::jsonb = $3::jsonb as "isSame" from reviews
     where account = $1 and payment = $2 and decision = 'resolved' order by decided_ms desc, review desc limit 1`,
    [scope.account, payment, JSON.stringify(found)],
  )
  const [before] = rows
  if (before === undefined) return answerOf(payment, reviewed)
  if (before.isSame) return { ok: true, body: { payment, result: 'before' } }
  return { ok: false, code: 'review_decided_otherwise' }
}
