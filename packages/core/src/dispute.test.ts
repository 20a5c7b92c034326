import { expect, test } from 'vitest'
import { advanceDispute, type DisputeEvent, type DisputeState, disputeTerms, isHeld } from './dispute.ts'

const inquiry: DisputeState = { status: 'inquiry', dueMs: 100 }
const open: DisputeState = { status: 'needs_response', dueMs: 100, round: 1 }
const review: DisputeState = { status: 'under_review', submittedMs: 50, round: 1 }
const won: DisputeState = { status: 'won', closedMs: 200, round: 1 }
const lost: DisputeState = { status: 'lost', closedMs: 200, round: 1 }
const closed: DisputeState = { status: 'closed', closedMs: 200 }
const again: DisputeState = { status: 'needs_response', dueMs: 300, round: 2 }

test.each<[DisputeState, DisputeEvent, ReturnType<typeof advanceDispute>]>([
  [inquiry, { type: 'charged_back', dueMs: 100 }, open],
  [inquiry, { type: 'submitted', atMs: 200 }, 'dispute_deadline_over'],
  [inquiry, { type: 'deadline_over', atMs: 200 }, closed],
  [inquiry, { type: 'won', atMs: 200 }, 'dispute_not_open'],
  [open, { type: 'submitted', atMs: 50 }, review],
  [open, { type: 'submitted', atMs: 101 }, 'dispute_deadline_over'],
  [open, { type: 'accepted', atMs: 200 }, lost],
  [open, { type: 'deadline_over', atMs: 100 }, open],
  [open, { type: 'deadline_over', atMs: 200 }, lost],
  [open, { type: 'charged_back', dueMs: 300 }, open],
  [open, { type: 'won', atMs: 200 }, won],
  [review, { type: 'submitted', atMs: 60 }, 'dispute_not_open'],
  [review, { type: 'accepted', atMs: 60 }, 'dispute_not_open'],
  [review, { type: 'deadline_over', atMs: 200 }, review],
  [review, { type: 'lost', atMs: 200 }, lost],
  [review, { type: 'won', atMs: 200 }, won],
  [won, { type: 'won', atMs: 900 }, won],
  [won, { type: 'charged_back', dueMs: 300 }, again],
  [won, { type: 'lost', atMs: 900 }, 'dispute_not_open'],
  [lost, { type: 'accepted', atMs: 900 }, lost],
  [lost, { type: 'charged_back', dueMs: 300 }, lost],
  [closed, { type: 'submitted', atMs: 1 }, 'dispute_not_open'],
])('ST1: a dispute that is $status hears $type', (state, event, expected) => {
  expect(advanceDispute(state, event)).toEqual(expected)
})

test('what was won a second time is won for good', () => {
  const twice: DisputeState = { status: 'won', closedMs: 1, round: 2 }
  expect(advanceDispute(twice, { type: 'charged_back', dueMs: 9 })).toBe(twice)
})

test('money is held while it is open, and only then', () => {
  expect([inquiry, open, review, won, lost, closed].map(isHeld)).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
  ])
})

test.each([
  ['10.4', 'fraudulent', 18],
  ['12.6.1', 'duplicate', 18],
  ['4837', 'fraudulent', 38],
  ['42', 'duplicate', 13],
  ['something new', 'general', 14],
])('reason %s of a scheme is %s with %i days', (code, reason, responseDays) => {
  expect(disputeTerms(code)).toEqual({ reason, responseDays })
})
