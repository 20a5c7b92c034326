import { idDigits } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import type { NewEvent } from '../events/record-event.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** What the acquirer has to hear of before the window of its contract closes, and most of that window is over. */
export interface LatePresentment {
  readonly account: string
  readonly mode: Mode
  readonly what: LateKind
  /** `ch_…`, `re_…`, and of what nobody has captured `pi_…`. */
  readonly object: string
  /** `prs_…` or `pi_…`. */
  readonly cause: string
}

export type LateKind = 'capture' | 'refund' | 'uncaptured'

interface LateTerms {
  readonly link: string
  readonly nowMs: number
  /** The contract's window, from the approval of a sale or from the request of a refund. */
  readonly captureWithinMs: number
}

/** The last quarter of the window: of a week a day and a half, enough to find a person. */
export function lateSinceMs({ nowMs, captureWithinMs }: Omit<LateTerms, 'link'>): number {
  return nowMs - Math.floor((captureWithinMs * 3) / 4)
}

/** Those that nobody was told of yet, so that many that stay late hide none that comes after them. */
export async function untoldLatePresentments(
  tx: Tx,
  { link, ...terms }: LateTerms,
  { limit }: { readonly limit: number },
): Promise<LatePresentment[]> {
  const { rows } = await tx.query<LatePresentment>({
    text: `select account, mode, what, object, cause from (${LATE}) as late
      where not exists (select from events e
        where e.account = late.account and e.event = 'evt_' || split_part(late.cause, '_', 2))
      limit $3`,
    values: [link, lateSinceMs(terms), limit],
    types: numericTypes,
  })
  return rows
}

/** One event for each, however often it is looked at. */
export function lateEventOf(
  { account, mode, what, object: id, cause }: LatePresentment,
  atMs: number,
): NewEvent {
  const about = { account, mode, id, atMs, eventId: `evt_${idDigits(cause)}` }
  switch (what) {
    case 'capture':
      return { ...about, type: 'charge.presentment_late', object: 'charge' }
    case 'refund':
      return { ...about, type: 'refund.presentment_late', object: 'refund' }
    case 'uncaptured':
      return { ...about, type: 'payment_intent.capture_late', object: 'payment_intent' }
  }
}

/** Of $1, a link, since before $2. */
export const LATE = `
  select p.account, p.mode, case p.subject_kind when 'refund' then 'refund' else 'capture' end as what,
    coalesce(c.charge, p.subject) as object, p.presentment as cause
  from presentments p
  left join captures c on p.subject_kind <> 'refund' and c.account = p.account and c.capture = p.subject
  left join attempts a on a.account = c.account and a.charge = c.charge
  where p.link = $1 and p.state not in ('accepted', 'declined', 'given_up', 'canceled')
    and coalesce(a.answered_ms, p.created_ms) < $2
  union all
  select p.account, p.mode, 'uncaptured', p.payment, p.payment
  from payments p join attempts a using (account, payment)
  where p.link = $1 and p.status = 'requires_capture' and a.state = 'approved' and a.wanted and a.answered_ms < $2`
