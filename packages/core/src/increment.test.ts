import { describe, expect, test } from 'vitest'
import {
  advanceIncrement,
  type Increment,
  type IncrementEvent,
  type IncrementParent,
  nextIncrementStep,
  refuseIncrement,
} from './increment.ts'

const sending = { stan: '000017', transmittedAtMs: 5, sendBeforeMs: 9, repeats: 0 }
const due: Increment = { state: 'due', dueMs: 4 }
const sent: Increment = { state: 'sent', sending }
const unknown: Increment = { state: 'unknown', retryAtMs: 8, sending }
const reversal = { stan: '000018', transmittedAtMs: 8, tries: 0, retryAtMs: 8 }
const reversing: Increment = { state: 'reversing', why: 'no_answer', reversal, sending }
const approved: Increment = {
  state: 'approved',
  endedMs: 7,
  responseCode: '00',
  approvalCode: 'A1B2C3',
  sending,
}

test.each<readonly [string, Increment, IncrementEvent, Increment | null]>([
  ['goes out', due, { type: 'sent', stan: '000017', sendBeforeMs: 9, nowMs: 5 }, sent],
  [
    'is repeated as it was',
    unknown,
    { type: 'sent', stan: '999999', sendBeforeMs: 99, nowMs: 50 },
    { state: 'sent', sending: { ...sending, sendBeforeMs: 99, repeats: 1 } },
  ],
  [
    'that certainly did not leave is still to be asked',
    sent,
    { type: 'not_sent', retryAtMs: 8 },
    { state: 'due', dueMs: 8 },
  ],
  [
    'whose repeat did not leave is as unknown as before',
    { state: 'sent', sending: { ...sending, repeats: 1 } },
    { type: 'not_sent', retryAtMs: 8 },
    unknown,
  ],
  ['without an answer is unknown', sent, { type: 'no_answer', retryAtMs: 8 }, unknown],
  ['is approved', sent, { type: 'approved', responseCode: '00', approvalCode: 'A1B2C3', nowMs: 7 }, approved],
  [
    'is declined',
    sent,
    { type: 'declined', responseCode: '51', nowMs: 7 },
    { state: 'declined', endedMs: 7, responseCode: '51', sending },
  ],
  [
    'that nobody answered is taken back',
    unknown,
    { type: 'reversal_planned', why: 'no_answer', stan: '000018', nowMs: 8 },
    reversing,
  ],
  [
    'approved for a part is taken back',
    sent,
    { type: 'reversal_planned', why: 'part_approved', stan: '000018', nowMs: 8 },
    { state: 'reversing', why: 'part_approved', reversal, sending },
  ],
  [
    'that was approved counts for good',
    approved,
    { type: 'reversal_planned', why: 'no_answer', stan: '000018', nowMs: 8 },
    null,
  ],
  [
    'is taken back until the host has heard it',
    reversing,
    { type: 'reversal_unanswered', retryAtMs: 20 },
    { state: 'reversing', why: 'no_answer', reversal: { ...reversal, tries: 1, retryAtMs: 20 }, sending },
  ],
  [
    'was taken back',
    reversing,
    { type: 'reversed', nowMs: 30 },
    { state: 'reversed', endedMs: 30, why: 'no_answer', sending },
  ],
  [
    'whose repeat is answered so was taken back',
    sent,
    { type: 'reversed', nowMs: 30 },
    { state: 'reversed', endedMs: 30, why: 'no_answer', sending },
  ],
  [
    'that is taken back is not approved by a late answer',
    reversing,
    { type: 'approved', responseCode: '00', approvalCode: 'A1B2C3', nowMs: 7 },
    null,
  ],
  ['is called off before it left', due, { type: 'canceled', nowMs: 6 }, { state: 'canceled', endedMs: 6 }],
  ['is not called off on its way', sent, { type: 'canceled', nowMs: 6 }, null],
  ['is not called off while nobody knows', unknown, { type: 'canceled', nowMs: 6 }, null],
])('an increment %s', (_what, before, event, after) => {
  expect(advanceIncrement(before, event)).toEqual(after)
})

describe('what the owner of the link does next', () => {
  const rules = { hostDeduplicates: true, repeatsMax: 3 }
  const wanted = { isWanted: true, isAwaited: true, nowMs: 10 }

  test.each<readonly [string, Increment, Partial<typeof wanted>, string]>([
    ['asks what is due', due, {}, 'ask'],
    ['waits for its moment', { state: 'due', dueMs: 11 }, {}, 'wait'],
    ['asks nothing that nobody waits for', due, { isAwaited: false }, 'cancel'],
    ['asks nothing for a payment that is over', due, { isWanted: false }, 'cancel'],
    ['leaves what is on its way to its sender', sent, { nowMs: 8 }, 'wait'],
    ['takes it over when nothing can leave for it any more', sent, {}, 'give_up_answer'],
    ['repeats what nobody answered, whoever waits', unknown, { isAwaited: false }, 'ask'],
    [
      'takes back what nobody answered when its payment is over',
      unknown,
      { isWanted: false },
      'plan_reversal',
    ],
    [
      'takes it back after the last repeat',
      { state: 'unknown', retryAtMs: 8, sending: { ...sending, repeats: 3 } },
      {},
      'plan_reversal',
    ],
    ['reverses', reversing, {}, 'reverse'],
    ['leaves an approval alone', approved, { isWanted: false }, 'wait'],
  ])('%s', (_what, increment, changes, step) => {
    expect(nextIncrementStep(increment, rules, { ...wanted, ...changes })).toBe(step)
  })

  test('never repeats to a host that would hold twice', () => {
    const host = { hostDeduplicates: false, repeatsMax: 0 }
    expect(nextIncrementStep(unknown, host, wanted)).toBe('plan_reversal')
  })
})

test.each<readonly [string, Partial<IncrementParent>, number, string | null]>([
  ['more than is held is asked for', {}, 1_001, null],
  ['what is held already is not more', {}, 1_000, 'increment_amount_not_above'],
  [
    'a payment that cannot be raised comes first',
    { isEligible: false, isOneOpen: true },
    1,
    'increment_not_eligible',
  ],
  ['one at a time', { isOneOpen: true }, 1, 'increment_in_flight'],
  ['ten times', { asked: 9 }, 1_001, null],
  ['and no more', { asked: 10 }, 1_001, 'increments_used_up'],
])('%s', (_what, changes, totalMinor, refusal) => {
  const parent = { isEligible: true, authorisedMinor: 1_000, asked: 0, isOneOpen: false, ...changes }
  expect(refuseIncrement(parent, totalMinor)).toBe(refusal)
})
