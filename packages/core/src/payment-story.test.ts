import { describe, expect, test } from 'vitest'
import { must } from './assert.ts'
import { type Attempt, attemptResult, UNKNOWN_STAN } from './attempt.ts'
import { nextStep } from './authoriser-step.ts'
import { advance } from './advance.ts'
import {
  approvedMinorOf,
  claimedAttempt,
  isSettled,
  isWanted,
  presentationOf,
  type PaymentStory,
  statusOf,
} from './payment-story.ts'
import type { StoryEvent } from './story-event.ts'

const opened: PaymentStory = {
  paymentId: 'pi_1',
  money: { amountMinor: 1_250, currency: 'eur' },
  captureMethod: 'automatic',
  word: { said: 'open' },
  attempts: [],
}

/** Events by short names; `1` and `2` are the first and the second card. */
const events = {
  present1: { type: 'presented', attemptId: 'att_1', ordinal: 1, readId: 'read_1', nowMs: 10 },
  present2: { type: 'presented', attemptId: 'att_2', ordinal: 2, readId: 'read_2', nowMs: 11 },
  online1: accepted(1, { via: 'online' }),
  online2: accepted(2, { via: 'online' }),
  store1: accepted(1, { via: 'offline', kind: 'deferred' }),
  store2: accepted(2, { via: 'offline', kind: 'deferred' }),
  void: { type: 'voided', reason: 'canceled' },
  send1: sent(1, 0),
  send2: sent(2, 0),
  repeat1: sent(1, 1),
  unsent1: { type: 'not_sent', number: 1, retryAtMs: 90 },
  approve1: {
    type: 'approved',
    number: 1,
    responseCode: '00',
    approvalCode: '123456',
    approvedMinor: 1_250,
    nowMs: 30,
  },
  approve2: {
    type: 'approved',
    number: 2,
    responseCode: '00',
    approvalCode: '234567',
    approvedMinor: 1_250,
    nowMs: 31,
  },
  decline1: { type: 'declined', number: 1, responseCode: '51', retryAtMs: null, nowMs: 30 },
  later1: { type: 'declined', number: 1, responseCode: '91', retryAtMs: 80, nowMs: 30 },
  refuse_part1: { type: 'part_refused', number: 1, stan: '000008', nowMs: 30 },
  expire1: { type: 'expired', number: 1 },
  silence1: { type: 'no_answer', number: 1, retryAtMs: 70 },
  plan_reversal1: { type: 'reversal_planned', number: 1, why: 'voided', stan: '000009', nowMs: 40 },
  reversal_silence1: { type: 'reversal_unanswered', number: 1, retryAtMs: 95 },
  reverse1: { type: 'reversed', number: 1 },
  plan_reversal2: { type: 'reversal_planned', number: 2, why: 'voided', stan: '000010', nowMs: 40 },
  reverse2: { type: 'reversed', number: 2 },
  represent1: { type: 'represented', number: 1, nowMs: 50 },
  later2: { type: 'declined', number: 2, responseCode: '91', retryAtMs: 80, nowMs: 30 },
  represent2: { type: 'represented', number: 2, nowMs: 50 },
  // After a restore of the database.
  remember1: { type: 'remembered', attemptId: 'att_1', ordinal: 1, readId: 'read_1', rrn: 'RRN', nowMs: 60 },
  remember2: { type: 'remembered', attemptId: 'att_2', ordinal: 2, readId: 'read_2', rrn: 'RR2', nowMs: 60 },
  doubt1: { type: 'doubted', number: 1, rrn: 'RRN', nowMs: 60 },
  doubt_again1: { type: 'doubted_again', number: 1, rrn: 'RRN 2', nowMs: 60 },
  reverse_known1: { type: 'reversed', number: 1, next: { rrn: 'RRN 2', nowMs: 60 } },
  adopt1: adopted(1, '345678'),
  adopt_decline1: adopted(1, null),
  adopt_later1: {
    ...adopted(1, '345678'),
    sending: { stan: '000077', rrn: 'RRN of the second presentation', transmittedAtMs: 25 },
  },
  taken_back1: { type: 'found_reversed', number: 1 },
  find_nothing: { type: 'found_nothing', nowMs: 70 },
  find1: {
    type: 'found_approval',
    sending: { stan: '000077', rrn: 'RRN', transmittedAtMs: 25 },
    answer: { responseCode: '00', approvalCode: '345678', approvedMinor: 1_250, answeredAtMs: 26 },
  },
  find_later: {
    type: 'found_approval',
    sending: { stan: '000078', rrn: 'RRN of the second presentation', transmittedAtMs: 25 },
    answer: { responseCode: '00', approvalCode: '345678', approvedMinor: 1_250, answeredAtMs: 26 },
  },
  give_up: { type: 'given_up', why: 'never_decided', note: 'written off' },
  instead1: { ...accepted(1, { via: 'offline', kind: 'deferred' }), type: 'accepted_instead' },
  instead2: { ...accepted(2, { via: 'offline', kind: 'deferred' }), type: 'accepted_instead' },
  recheck1: { ...accepted(1, { via: 'online' }), reversibleBeforeMs: 31 },
} as const satisfies Record<string, StoryEvent>

/** What each sequence leads to: status, attempts, and `settled` when nothing more can happen by itself. */
const table: readonly (readonly [sequence: string, becomes: string])[] = [
  ['', 'requires_payment_method'],
  ['present1', 'processing planned'],
  ['present1 send1', 'processing sent'],
  ['present1 send1 approve1', 'processing approved'],
  ['present1 send1 approve1 online1', 'succeeded approved settled'],
  ['present1 send1 decline1', 'requires_payment_method declined'],
  ['present1 send1 decline1 void', 'canceled declined settled'],
  ['present1 send1 decline1 present2', 'processing declined planned'],
  ['present1 send1 decline1 present2 send2 approve2 online2', 'succeeded declined approved settled'],
  ['present1 send1 silence1', 'processing unknown'],
  ['present1 send1 silence1 repeat1 approve1', 'processing approved'],
  ['present1 send1 silence1 approve1', 'processing approved'],
  ['present1 unsent1', 'requires_payment_method shelved'],
  ['present1 send1 unsent1', 'requires_payment_method shelved'],
  // A repeat that did not leave says nothing about the first sending.
  ['present1 send1 silence1 repeat1 unsent1', 'processing unknown'],

  ['store1', 'processing planned'],
  ['store1 send1 approve1', 'succeeded approved settled'],
  ['store1 send1 decline1', 'declined declined settled'],
  ['store1 send1 unsent1', 'processing planned'],
  // Too old to be sent: nothing leaves any more, and the sale waits for a human or its void.
  ['store1 expire1', 'processing expired'],
  ['store1 expire1 void', 'canceled expired settled'],
  ['store1 expire1 store1', 'processing expired'],
  // The contract takes no parts: the part is taken back, and the sale is declined.
  ['present1 send1 refuse_part1', 'requires_payment_method reversing'],
  ['present1 send1 refuse_part1 reverse1', 'requires_payment_method declined'],
  ['present1 send1 refuse_part1 reverse1 store1', 'declined declined settled'],
  ['store1 send1 refuse_part1 reversal_silence1', 'processing reversing'],
  ['store1 send1 refuse_part1 reverse1', 'declined declined settled'],
  ['store1 send1 silence1 refuse_part1 reverse1', 'declined declined settled'],
  ['store1 send1 refuse_part1 void reverse1', 'canceled declined settled'],

  // A repeat that cannot leave is put off.
  ['store1 send1 silence1 unsent1', 'processing unknown'],
  ['store1 send1 later1', 'processing declined'],
  ['store1 send1 later1 represent1', 'processing declined planned'],
  ['store1 send1 later1 represent1 send2 approve2', 'succeeded declined approved settled'],
  ['store1 store1', 'processing planned'],

  // A late approval of the attempt that was stored is adopted; a decline is final.
  ['present1 send1 store1 approve1', 'succeeded approved settled'],
  ['present1 send1 approve1 store1', 'succeeded approved settled'],
  ['present1 send1 decline1 store1', 'declined declined settled'],
  ['present1 send1 silence1 store1', 'processing unknown'],
  ['present1 unsent1 store1', 'processing planned'],
  ['present1 send1 store1 unsent1', 'processing planned'],
  ['present1 store1', 'processing planned'],

  // An approval of any other attempt is nobody's.
  ['present1 send1 present2 approve1', 'processing approved planned'],
  ['present1 send1 approve1 store2', 'processing approved planned'],
  ['present1 send1 present2 send2 approve2 approve1 online2', 'succeeded approved approved'],
  ['present1 present2 send2 approve2 online2', 'succeeded planned approved settled'],

  // A void is the last word of the device, also when it arrives first.
  ['void', 'canceled settled'],
  ['void void', 'canceled settled'],
  ['void store1', 'canceled settled'],
  ['store1 void', 'canceled planned settled'],
  ['store1 send1 void', 'canceled sent'],
  ['store1 send1 void approve1', 'canceled approved'],
  ['store1 send1 void decline1', 'canceled declined settled'],
  ['store1 send1 void unsent1', 'canceled planned settled'],
  ['present1 send1 void unsent1', 'canceled shelved settled'],
  ['store1 send1 approve1 void', 'canceled approved'],
  ['store1 send1 approve1 void plan_reversal1', 'canceled reversing'],
  ['store1 send1 approve1 void plan_reversal1 reversal_silence1', 'canceled reversing'],
  ['store1 send1 approve1 void plan_reversal1 reverse1', 'canceled reversed settled'],
  ['store1 send1 silence1 void plan_reversal1 reverse1', 'canceled reversed settled'],

  // Reversed while the acceptance was on its way: the sale stands, so the issuer is asked anew.
  ['present1 send1 approve1 plan_reversal1 reverse1', 'requires_payment_method reversed'],
  ['present1 send1 approve1 plan_reversal1 reverse1 online1', 'processing reversed'],
  [
    'present1 send1 approve1 plan_reversal1 reverse1 online1 represent1 send2 approve2',
    'succeeded reversed approved settled',
  ],

  // The database was lost: what the lost one may have asked is unknown, never new.
  ['remember1', 'processing unknown'],
  ['remember1 store1', 'processing unknown'],
  ['store1 doubt1', 'processing unknown'],
  ['present1 unsent1 doubt1', 'processing unknown'],
  ['remember1 void', 'canceled unknown'],
  ['remember1 store2', 'processing unknown planned'],
  // Its own signed word is taken for what it is.
  ['remember1 store1 adopt1', 'succeeded approved settled'],
  ['remember1 store1 adopt_decline1', 'declined declined settled'],
  ['store1 adopt1 adopt1', 'succeeded approved settled'],
  ['store1 send1 decline1 adopt1', 'declined declined settled'],
  // A later presentation than the one that is known here: the earlier one is nobody's.
  ['store1 send1 silence1 adopt_later1', 'succeeded unknown approved'],
  // The host has taken back what the lost database had it take back.
  ['present1 send1 approve1 recheck1', 'processing unknown'],
  ['present1 send1 approve1 recheck1 repeat1 taken_back1', 'processing reversed'],
  [
    'present1 send1 approve1 recheck1 repeat1 taken_back1 represent1 send2 approve2',
    'succeeded reversed approved settled',
  ],
  // What the lost database may have presented once more is found out presentation by presentation.
  ['remember1 void plan_reversal1 reverse_known1', 'canceled reversed unknown'],
  ['remember1 void plan_reversal1 reverse1', 'canceled reversed settled'],
  ['store1 send1 later1 doubt_again1 void', 'canceled declined unknown'],
  ['store1 send1 later1 doubt_again1 doubt_again1', 'processing declined unknown'],
  // A human has looked.
  ['remember1 store1 find1', 'succeeded approved settled'],
  ['remember1 void find1', 'canceled unknown'],
  ['remember1 void find1 plan_reversal1 reverse1', 'canceled reversed settled'],
  // What was found is a later presentation than the one that is known: both are taken back.
  ['remember1 void find_later', 'canceled unknown unknown'],
  ['remember1 void find_later plan_reversal2 reverse2', 'canceled unknown reversed'],
  ['remember1 void find_later plan_reversal2 reverse2 find_nothing', 'canceled shelved reversed settled'],
  ['remember1 store1 find_nothing', 'processing planned'],
  ['remember1 void find_nothing', 'canceled shelved settled'],
  ['remember1 store2 find_nothing', 'processing shelved planned'],

  // A person closes what nobody decides, or rejects what was set aside: what may stand at the issuer is taken back.
  ['store1 give_up', 'declined planned settled'],
  ['store1 expire1 give_up', 'declined expired settled'],
  ['store1 send1 later1 give_up', 'declined declined settled'],
  ['store1 send1 silence1 give_up', 'declined unknown'],
  ['store1 send1 silence1 give_up approve1', 'declined approved'],
  ['store1 send1 silence1 give_up plan_reversal1 reverse1', 'declined reversed settled'],
  ['store1 give_up give_up', 'declined planned settled'],
  ['store1 give_up void', 'canceled planned settled'],
  // A person says which of two acceptances is the genuine one.
  ['instead1', 'processing planned'],
  ['store1 instead1', 'processing planned'],
  ['store1 send1 decline1 instead2', 'processing declined planned'],
  ['store1 send1 decline1 instead2 send2 approve2', 'succeeded declined approved settled'],
  ['store1 give_up instead2', 'processing planned planned'],
]

test.each(table)('%s → %s', (sequence, becomes) => {
  const story = play(sequence)
  const states = story.attempts.map((attempt) => attempt.state)
  const said = [statusOf(story), ...states, ...(isSettled(story) ? ['settled'] : [])]
  expect(said.join(' ')).toBe(becomes)
})

test.each([
  ['void present1', 'payment_voided'],
  ['store1 present2', 'attempt_superseded'],
  ['present2 present1', 'attempt_superseded'],
  ['store1 store2', 'duplicate_suspected'],
  ['store1 online2', 'duplicate_suspected'],
  ['store1 send1 instead2', 'duplicate_suspected'],
  ['store1 send1 silence1 instead2', 'duplicate_suspected'],
  ['store1 send1 approve1 instead2', 'duplicate_suspected'],
  ['present1 give_up', 'attempt_already_settled'],
  ['store1 send1 approve1 give_up', 'attempt_already_settled'],
  ['void give_up', 'payment_voided'],
  ['store1 approve1', 'attempt_already_settled'],
  ['store1 send1 approve1 decline1', 'attempt_already_settled'],
  ['store1 send1 decline1 approve1', 'attempt_already_settled'],
  ['store1 send1 approve1 approve1', 'attempt_already_settled'],
  ['store1 send1 send1', 'attempt_already_settled'],
  ['store1 send1 decline1 plan_reversal1', 'attempt_already_settled'],
  ['store1 reverse1', 'attempt_already_settled'],
  ['present1 unsent1 send1', 'attempt_already_settled'],
  ['store2 adopt1', 'attempt_superseded'],
  ['remember1 adopt1', 'attempt_superseded'],
  ['store1 send1 doubt1', 'attempt_already_settled'],
] as const)('%s is refused as %s, and the story stays', (sequence, refusal) => {
  const names = sequence.split(' ')
  const last = must(names.at(-1), 'a sequence has an event')
  expect(advance(play(names.slice(0, -1).join(' ')), eventOf(last))).toEqual({ refusal })
})

test('the same presentation again changes nothing, not even after a void', () => {
  const story = play('present1')
  expect(advance(story, events.present1)).toEqual({ story })
  expect(play('present1 void present1')).toEqual(play('present1 void'))
})

test('captured by hand waits for its capture', () => {
  const manual = { ...opened, captureMethod: 'manual' } as const
  expect(statusOf(play('store1 send1 approve1', manual))).toBe('requires_capture')
  expect(isSettled(play('store1 send1 approve1', manual))).toBe(true)
})

test('MC3: an issuer that approves less than was asked: the payment stands with what it promised', () => {
  const part = { ...events.approve1, responseCode: '10', approvedMinor: 700 }
  const result = advance(play('store1 send1'), part)
  const story = 'story' in result ? result.story : opened
  expect(statusOf(story)).toBe('succeeded')
  expect(approvedMinorOf(story)).toBe(700)
  expect(attemptResult(must(story.attempts[0], 'approved'))).toMatchObject({ approvedMinor: 700 })
  expect(approvedMinorOf(play('store1 send1 approve1'))).toBe(1_250)
  expect(approvedMinorOf(play('store1 send1 decline1'))).toBe(0)
})

describe('the deferred mark', () => {
  const marks = (sequence: string) => play(sequence).attempts.map((attempt) => attempt.deferred)

  test('is on what is asked after the goods have gone, and on nothing that left before', () => {
    expect(marks('present1')).toEqual([false])
    expect(marks('store1')).toEqual([true])
    expect(marks('present1 store1')).toEqual([true])
    expect(marks('present1 unsent1 store1')).toEqual([true])
    expect(marks('present1 send1 store1 unsent1')).toEqual([true])
    expect(marks('present1 send1 store1')).toEqual([false])
    expect(marks('present1 send1 silence1 store1 repeat1 unsent1')).toEqual([false])
    expect(marks('store1 send1 later1 represent1')).toEqual([true, true])
  })
})

test('what a message is told apart by is fixed at the first sending', () => {
  const [first] = play('store1 send1').attempts
  const [later] = play('store1 send1 silence1 repeat1 approve1').attempts
  expect(later).toMatchObject({ stan: '000001', rrn: 'RRN', transmittedAtMs: 20 })
  expect(first).toMatchObject({ stan: '000001', rrn: 'RRN', transmittedAtMs: 20 })
})

test('what only a lost database knew is told apart by its RRN alone, and nobody at the counter waits for it', () => {
  const [attempt] = play('remember1').attempts
  expect(attempt).toMatchObject({ stan: UNKNOWN_STAN, rrn: 'RRN', repeats: 0 })
  expect(attemptResult(must(attempt, 'remembered'))).toEqual({ result: 'defer' })
  expect(play('remember1 void find1').attempts[0]).toMatchObject({ stan: '000077', rrn: 'RRN' })
})

test('an RRN follows from the device’s try and how often it was presented, whatever else is known', () => {
  const story = play('present1 send1 decline1 present2 store2 send2 later2 represent2')
  expect(story.attempts.map((attempt) => presentationOf(story, attempt))).toEqual([1, 1, 2])
})

test('a repeat that did not leave does not count as one', () => {
  const repeatsOf = (sequence: string) => {
    const [attempt] = play(sequence).attempts
    return attempt !== undefined && 'repeats' in attempt ? attempt.repeats : null
  }
  expect(repeatsOf('store1 send1 silence1 repeat1 silence1')).toBe(1)
  expect(repeatsOf('store1 send1 silence1 repeat1 unsent1')).toBe(0)
  expect(repeatsOf('store1 send1 silence1 repeat1 silence1 unsent1')).toBe(1)
})

test('a reversal keeps count of its tries under one STAN', () => {
  const [attempt] = play(
    'store1 send1 approve1 void plan_reversal1 reversal_silence1 reversal_silence1',
  ).attempts
  expect(attempt).toMatchObject({ reversal: { stan: '000009', tries: 2, retryAtMs: 95, why: 'voided' } })
})

/**
 * Every sequence of four events, and longer random walks: whatever happens in whatever order, no two approvals of one
 * payment are wanted, and what is accepted always has somebody who goes on with it.
 */
describe('in every order of events', () => {
  const rules = {
    hostDeduplicates: true,
    hostKnowsRrn: true,
    repeatsMax: 3,
    deferredAgeMaxMs: 2_000_000,
    unclaimedReversalMs: 1_000,
  }

  /** Hundreds of thousands of these: plain conditions, for `expect` would take most of the time. */
  function check(story: PaymentStory, sequence: readonly string[]): void {
    const broken = (promise: string) => new Error(`${promise}: ${sequence.join(' ')}`)
    const standing = story.attempts.filter(
      (attempt) => attempt.state === 'approved' && isWanted(story, attempt),
    )
    if (standing.length > 1) throw broken('two approvals are wanted')
    if (story.attempts.some((attempt, at) => attempt.number !== at + 1)) throw broken('a number is wrong')
    if (story.word.said === 'open' || isSettled(story)) return
    if (story.attempts.some((attempt) => attempt.state === 'sent')) return
    // Too old to be sent: it goes on by a human's hand.
    if (claimedAttempt(story)?.state === 'expired') return
    if (nextStep(story, rules, 1_000_000).do === 'wait') throw broken('nobody goes on')
  }

  test('of four', () => {
    const names = Object.keys(events).filter(isEventName)
    const walk = (story: PaymentStory, sequence: readonly string[]): void => {
      check(story, sequence)
      if (sequence.length === 4) return
      for (const name of names) {
        const next = tryEvent(story, name)
        if (next !== null) walk(next, [...sequence, name])
      }
    }
    expect(() => walk(opened, [])).not.toThrow()
  })

  test('of fifteen, five thousand times', () => {
    const names = Object.keys(events).filter(isEventName)
    let seed = 20_261_121
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const walk = (): void => {
      let story = opened
      const sequence: string[] = []
      while (sequence.length < 15) {
        const name = must(names[random(names.length)], 'below their number')
        sequence.push(name)
        story = tryEvent(story, name) ?? story
        check(story, sequence)
      }
    }
    for (let walks = 0; walks < 5_000; walks += 1) expect(walk).not.toThrow()
  })
})

test.each<[string, object]>([
  ['present1', { result: 'pending' }],
  ['present1 send1', { result: 'pending' }],
  ['present1 send1 silence1', { result: 'pending' }],
  ['present1 send1 approve1', { result: 'approved', approvalCode: '123456', responseCode: '00' }],
  ['present1 send1 decline1', { result: 'declined', responseCode: '51' }],
  ['present1 send1 later1', { result: 'defer' }],
  ['present1 unsent1', { result: 'defer' }],
  ['present1 send1 approve1 plan_reversal1', { result: 'defer' }],
  ['present1 send1 approve1 plan_reversal1 reverse1', { result: 'defer' }],
  // A decline from the first moment, so that nothing is stored over it.
  ['present1 send1 refuse_part1', { result: 'declined', responseCode: '10' }],
  ['present1 send1 refuse_part1 reverse1', { result: 'declined', responseCode: '10' }],
])('after %s a waiting device hears %o', (sequence, result) => {
  expect(attemptResult(must(play(sequence).attempts[0], 'it was presented'))).toEqual(result)
})

function play(sequence: string, start = opened): PaymentStory {
  let story = start
  for (const name of sequence.split(' ').filter((word) => word !== '')) {
    const result = advance(story, eventOf(name))
    if ('refusal' in result) throw new Error(`${name} of "${sequence}" was refused: ${result.refusal}`)
    story = result.story
  }
  return story
}

/** Null when the event is refused or names an attempt that there is not. */
function tryEvent(story: PaymentStory, name: EventName): PaymentStory | null {
  const event: StoryEvent = events[name]
  const attempt = 'number' in event ? story.attempts[event.number - 1] : undefined
  if ('number' in event && attempt === undefined) return null
  // Only what ended without a result is presented anew.
  if (event.type === 'represented' && !isOver(attempt)) return null
  const result = advance(story, event)
  return 'refusal' in result ? null : result.story
}

function isOver(attempt: Attempt | undefined): boolean {
  return attempt?.state === 'reversed' || (attempt?.state === 'declined' && attempt.retryAtMs !== null)
}

type EventName = keyof typeof events

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name)
}

function eventOf(name: string): StoryEvent {
  if (!isEventName(name)) throw new Error(`no event ${name}`)
  return events[name]
}

test.each([
  ['automatic', 'online1', false],
  ['automatic', 'store1', true],
  ['manual', 'online1', true],
] as const)(
  'after a restore, an approval of a tipped %s sale by %s has held the money: %s',
  (captureMethod, accepts, holds) => {
    // Online the issuer has decided before there was a tip.
    const { attempts } = play(`remember1 ${accepts} adopt1`, { ...opened, captureMethod, tipMinor: 150 })
    expect(attempts.map((attempt) => 'holds' in attempt && attempt.holds)).toEqual([holds])
  },
)

function adopted(n: number, approvalCode: string | null) {
  return {
    type: 'adopted',
    attemptId: `att_${n}`,
    sending: { stan: '000077', rrn: 'RRN', transmittedAtMs: 25 },
    answer: {
      responseCode: approvalCode === null ? '51' : '00',
      answeredAtMs: 26,
      approvalCode,
      approvedMinor: 1_250,
    },
  } as const
}

function accepted(n: number, by: Extract<StoryEvent, { type: 'accepted' }>['by']) {
  const ids = { attemptId: `att_${n}`, ordinal: n, readId: `read_${n}` }
  return { type: 'accepted', ...ids, by, atMs: 15, notBeforeMs: 16 } as const
}

function sent(number: number, repeats: number) {
  const sending = { stan: `00000${number}`, rrn: 'RRN', transmittedAtMs: 20, sendBeforeMs: 23, repeats }
  return { type: 'sent', number, sending } as const
}
