import { advance } from '@holdfast/core'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { ADVICE_REFUSED, OUTCOME_LOST, RETRIES_USED_UP } from '../payments/attention.ts'
import { withFreshDetails } from '../payments/fresh-details.ts'
import { settle } from '../payments/settle.ts'
import { commitDecision, refused } from './commit-decision.ts'
import type { Reviewed } from './review-decision.ts'

/** What a human may have tried once more, when the reason is found: nothing stands at the acquirer that is not known here. */
const TRIED_IN_VAIN: ReadonlySet<string> = new Set([ADVICE_REFUSED, RETRIES_USED_UP])

/** What somebody read in the acquirer's own books. `nothing`: no approval of this payment stands there. */
export type LostOutcome =
  | { readonly found: 'nothing' }
  | {
      readonly found: 'approval'
      readonly stan: string
      readonly rrn: string
      readonly transmittedAtMs: number
      /** DE13 and DE12 as the acquirer has them, `MMDD` and `hhmmss`: the clock on the shop's wall. */
      readonly saleLocalTime: { readonly MMDD: string; readonly hhmmss: string }
      readonly responseCode: string
      readonly approvalCode: string
      /** Minor units; absent for the whole amount. */
      readonly approvedMinor?: number | undefined
    }

/** Who read that, and why it was looked up; kept with the decision. */
interface ReadBy {
  readonly by: string
  readonly note: string
}

/**
 * A human's word about a payment that waits after a restore, or that was tried in vain. What was found is adopted, or taken back when the device
 * has said that the sale is void; after `nothing` the issuer is asked as for the first time.
 */
export async function resolveLostOutcome(
  world: GatewayWorld,
  payment: { readonly account: string; readonly paymentId: string },
  outcome: LostOutcome,
  { by, note }: ReadBy = { by: 'operator', note: '' },
): Promise<Reviewed> {
  const { account, paymentId } = payment
  const { rows } = await world.store.payments(account, [paymentId])
  const row = rows[0]
  if (row === undefined) return refused('not_found')
  const { attention, deviceId } = row
  const isReleased = outcome.found === 'nothing' && TRIED_IN_VAIN.has(attention ?? '')
  if (attention === null || (attention !== OUTCOME_LOST && !isReleased))
    return refused('review_nothing_waits')
  const resolved = await applied(world, row, outcome)
  if (resolved === null) return refused('review_does_not_fit')
  const change = await settle(world, row, resolved, world.clock.wallMs())
  const about = { account, deviceId, paymentId, waitedFor: attention }
  return commitDecision(world, change, about, { decision: 'resolved', by, note, found: outcome, hashes: [] })
}

async function applied(
  world: GatewayWorld,
  row: PaymentRow,
  outcome: LostOutcome,
): Promise<PaymentRow | null> {
  const nowMs = world.clock.wallMs()
  if (outcome.found === 'nothing') {
    const result = advance(row.story, { type: 'found_nothing', nowMs })
    if ('refusal' in result) return null
    return { ...row, story: result.story, attention: null, asOf: await world.store.generation() }
  }
  const { stan, rrn, transmittedAtMs, saleLocalTime, responseCode, approvalCode } = outcome
  const openedMs = saleMsOf(row, saleLocalTime)
  if (openedMs === null) return null
  const sending = { stan, rrn, transmittedAtMs }
  const approvedMinor = outcome.approvedMinor ?? row.story.money.amountMinor
  const answer = { responseCode, approvalCode, approvedMinor, answeredAtMs: nowMs }
  const result = advance(row.story, { type: 'found_approval', sending, answer })
  if ('refusal' in result || result.story === row.story) return null
  return withFreshDetails(world, { ...row, story: result.story, openedMs, attention: null }, nowMs)
}

/** In the year that brings it nearest to what the device said; null when it is no time, or days away from that. */
function saleMsOf(
  { openedMs, utcOffsetMin }: PaymentRow,
  { MMDD, hhmmss }: { readonly MMDD: string; readonly hhmmss: string },
): number | null {
  const [month, day] = [MMDD.slice(0, 2), MMDD.slice(2)]
  const [hour, minute, second] = [hhmmss.slice(0, 2), hhmmss.slice(2, 4), hhmmss.slice(4)]
  const year = new Date(openedMs).getUTCFullYear()
  const candidates = [year - 1, year, year + 1].map(
    (candidate) =>
      Date.parse(`${candidate}-${month}-${day}T${hour}:${minute}:${second}Z`) - utcOffsetMin * 60_000,
  )
  const nearest = candidates
    .filter((ms) => !Number.isNaN(ms))
    .sort((a, b) => Math.abs(a - openedMs) - Math.abs(b - openedMs))[0]
  return nearest === undefined || Math.abs(nearest - openedMs) > SALE_APART_MS_MAX ? null : nearest
}

const SALE_APART_MS_MAX = 2 * 86_400_000
