import type { Pool } from 'pg'
import type { ServerParts } from '../http/server-parts.ts'
import type { Scope } from '../database/scope.ts'
import { decideReview } from '../review/decide-review.ts'
import type { Reviewed, ReviewDecision } from '../review/review-decision.ts'
import type { AccountRefusal } from './account-caller.ts'

export type MerchantReviewed =
  | { readonly ok: true; readonly body: { readonly payment: string; readonly result: 'decided' | 'before' } }
  | AccountRefusal

/** Two people who decide at once take turns: the later one hears what the earlier one has made of it. */
const TRIES_MAX = 4

/** A word about one payment, or about its records that wait; as often as it is said, it is done once. */
export async function decideForMerchant(
  { pool, world }: Pick<ServerParts, 'pool' | 'world'>,
  scope: Scope,
  payment: string,
  said: ReviewDecision & { readonly device?: string | undefined },
): Promise<MerchantReviewed> {
  if (!(await isInScope(pool, scope, payment))) return { ok: false, code: 'not_found' }
  const { device, ...decision } = said
  const subject = {
    account: scope.account,
    paymentId: payment,
    ...(device === undefined ? {} : { deviceId: device }),
  }
  return answerOf(payment, await untilItStands(() => decideReview(world, subject, decision)))
}

/** Says it again where the payment has moved under it. */
export async function untilItStands(decide: () => Promise<Reviewed>): Promise<Reviewed> {
  for (let tries = 1; ; tries += 1) {
    const reviewed = await decide()
    const hasMoved = reviewed.result === 'refused' && reviewed.code === 'review_moved'
    if (!hasMoved || tries === TRIES_MAX) return reviewed
  }
}

export function answerOf(payment: string, reviewed: Reviewed): MerchantReviewed {
  if (reviewed.result === 'refused') {
    const { code } = reviewed
    return code === 'review_device_needed' ? { ok: false, code, param: 'device' } : { ok: false, code }
  }
  return { ok: true, body: { payment, result: reviewed.result === 'decided' ? 'decided' : 'before' } }
}

/** Also where only records of it have come in. */
export async function isInScope(pool: Pool, { account, mode }: Scope, payment: string): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select exists (select from payments where account = $1 and mode = $2 and payment = $3)
       or exists (select from records r join devices d using (account, device)
         where r.account = $1 and d.mode = $2 and r.payment = $3 and r.parked_code is not null) as there`,
    [account, mode, payment],
  )
  return rows[0]?.there ?? false
}
