import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  admitRefund,
  advanceRefund,
  type RefundEvent,
  type RefundParent,
  type RefundState,
} from './refund.ts'

const captured: RefundParent = {
  state: { is: 'captured', capturedMinor: 1_000 },
  refundedMinor: 0,
  disputed: false,
}
const undecided: RefundParent = { ...captured, state: { is: 'undecided', amountMinor: 1_000 } }

test.each<[string, RefundParent, number | null, ReturnType<typeof admitRefund>]>([
  ['the whole', captured, null, { ok: true, amountMinor: 1_000, waits: false }],
  ['a part', captured, 400, { ok: true, amountMinor: 400, waits: false }],
  ['the rest', { ...captured, refundedMinor: 400 }, null, { ok: true, amountMinor: 600, waits: false }],
  ['of a payment nobody has decided', undecided, 400, { ok: true, amountMinor: 400, waits: true }],
  [
    'more than the rest',
    { ...captured, refundedMinor: 400 },
    601,
    { ok: false, refusal: 'refund_amount_above_capture', leftMinor: 600 },
  ],
  [
    'a second whole',
    { ...captured, refundedMinor: 1_000 },
    null,
    { ok: false, refusal: 'charge_already_refunded' },
  ],
  ['a disputed payment', { ...captured, disputed: true }, null, { ok: false, refusal: 'charge_disputed' }],
  [
    'a declined payment',
    { ...captured, state: { is: 'lost' } },
    null,
    { ok: false, refusal: 'payment_not_refundable' },
  ],
])('a refund of %s', (_name, parent, wanted, expected) => {
  expect(admitRefund(parent, wanted)).toEqual(expected)
})

test('refunds never exceed what was captured, whatever is asked in whatever order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 1_200 }))),
      (capturedMinor, asked) => {
        let refundedMinor = 0
        for (const wanted of asked) {
          const state = { is: 'captured', capturedMinor } as const
          const admission = admitRefund({ state, refundedMinor, disputed: false }, wanted)
          if (admission.ok) refundedMinor += admission.amountMinor
        }
        return refundedMinor <= capturedMinor
      },
    ),
  )
})

const waiting: RefundState = { status: 'waiting_parent' }
const submitted: RefundState = { status: 'submitted', submittedMs: 1 }
const succeeded: RefundState = { status: 'succeeded', submittedMs: 1, succeededMs: 2 }
const lost: RefundState = {
  status: 'failed',
  submittedMs: null,
  failedMs: 3,
  failureReason: 'payment_not_captured',
}

test.each<[RefundState, RefundEvent, ReturnType<typeof advanceRefund>]>([
  [waiting, { type: 'parent_captured', atMs: 1 }, submitted],
  [waiting, { type: 'parent_lost', atMs: 3, failureReason: 'payment_not_captured' }, lost],
  [waiting, { type: 'canceled', atMs: 4 }, { status: 'canceled', canceledMs: 4 }],
  [waiting, { type: 'accepted', atMs: 2 }, 'refund_unexpected_event'],
  [submitted, { type: 'accepted', atMs: 2 }, succeeded],
  [
    submitted,
    { type: 'refused', atMs: 3 },
    { status: 'failed', submittedMs: 1, failedMs: 3, failureReason: 'refused' },
  ],
  [submitted, { type: 'canceled', atMs: 4 }, 'refund_not_cancelable'],
  [submitted, { type: 'parent_captured', atMs: 9 }, submitted],
  [succeeded, { type: 'accepted', atMs: 9 }, succeeded],
  [succeeded, { type: 'refused', atMs: 9 }, 'refund_unexpected_event'],
  [lost, { type: 'parent_captured', atMs: 9 }, lost],
  [lost, { type: 'canceled', atMs: 9 }, 'refund_not_cancelable'],
])('a refund that is $status hears $type', (state, event, expected) => {
  expect(advanceRefund(state, event)).toEqual(expected)
})
