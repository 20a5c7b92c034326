import { expect, test } from 'vitest'
import { type Attempt, type AttemptState, UNKNOWN_STAN } from './attempt.ts'
import { type AuthoriserRules, type AuthoriserStep, isBlind, nextStep } from './authoriser-step.ts'
import type { DeviceWord, PaymentStory } from './payment-story.ts'

const NOW_MS = 1_000
const rules: AuthoriserRules = {
  hostDeduplicates: true,
  hostKnowsRrn: true,
  repeatsMax: 3,
  deferredAgeMaxMs: 2_000,
  unclaimedReversalMs: 500,
}
const forgetful: AuthoriserRules = { ...rules, hostDeduplicates: false }

const sending = { stan: '000001', rrn: 'RRN', transmittedAtMs: 1, sendBeforeMs: 2, repeats: 0 }
const answer = { responseCode: '00', answeredAtMs: 600 }
const due = { state: 'planned', notBeforeMs: NOW_MS } as const
const later = { state: 'planned', notBeforeMs: NOW_MS + 1 } as const
const sent = { state: 'sent', ...sending } as const
const unknown = { state: 'unknown', ...sending, retryAtMs: NOW_MS } as const
const lost = { ...unknown, stan: UNKNOWN_STAN } as const
const approved = { state: 'approved', ...sending, ...answer, approvalCode: '123456' } as const
const declined = { state: 'declined', ...sending, ...answer, retryAtMs: null } as const
const declinedForNow = { ...declined, retryAtMs: NOW_MS } as const
const reversing = {
  state: 'reversing',
  ...sending,
  reversal: { why: 'voided', stan: '000002', transmittedAtMs: 3, tries: 0, retryAtMs: NOW_MS },
} as const
const reversed = { state: 'reversed', ...sending, why: 'unclaimed' } as const
const shelved = { state: 'shelved' } as const

const open: DeviceWord = { said: 'open' }
const voided: DeviceWord = { said: 'voided', reason: 'canceled' }
const claims = (n: number): DeviceWord => ({
  said: 'accepted',
  attemptId: `att_${n}`,
  atMs: 5,
  via: 'offline',
  kind: 'deferred',
})

function by(kind: 'voice' | 'card_approved'): DeviceWord {
  const voice = kind === 'voice' ? { voiceCode: '123456' } : {}
  return { said: 'accepted', attemptId: 'att_1', atMs: 5, via: 'offline', kind, ...voice }
}

/** `authorise 2` names the attempt; `wait 1500` the moment to look again. */
const table: readonly (readonly [
  what: string,
  word: DeviceWord,
  states: readonly AttemptState[],
  step: string,
])[] = [
  ['nothing was tried', open, [], 'wait'],
  ['a try is due', open, [due], 'authorise 1'],
  ['a try is not due yet', open, [later], 'wait 1001'],
  ['a stored payment is due', claims(1), [due], 'authorise 1'],
  ['a message is in flight: it belongs to who sent it', claims(1), [sent], 'wait'],
  ['the answer is unknown', claims(1), [unknown], 'repeat 1'],
  [
    'the answer is unknown, and it is too early to ask again',
    claims(1),
    [{ ...unknown, retryAtMs: 1_200 }],
    'wait 1200',
  ],
  ['so often repeated that once is left', claims(1), [{ ...unknown, repeats: 2 }], 'repeat 1'],
  ['repeated as often as may be', claims(1), [{ ...unknown, repeats: 3 }], 'plan_reversal 1 no_answer'],
  [
    'repeated as often as may be, and the last answer may still come',
    claims(1),
    [{ ...unknown, repeats: 3, retryAtMs: 1_200 }],
    'wait 1200',
  ],
  [
    'what was told and not asked is told until it is heard',
    claims(1),
    [{ ...unknown, repeats: 99, advice: true }],
    'repeat 1',
  ],
  ['the issuer approved what was stored', claims(1), [approved], 'wait'],
  ['the issuer declined what was stored', claims(1), [declined], 'wait'],
  ['nobody decided about what was stored', claims(1), [declinedForNow], 'represent 1'],
  [
    'nobody decided, and it is too early to ask anew',
    claims(1),
    [{ ...declined, retryAtMs: 1_300 }],
    'wait 1300',
  ],
  ['nobody decided online: the device decides', open, [declinedForNow], 'wait'],
  ['a try was shelved: the device decides', open, [shelved], 'wait'],
  ['an approval waits to be claimed', open, [approved], 'wait 1100'],
  [
    'an approval was not claimed in time',
    open,
    [{ ...approved, answeredAtMs: 500 }],
    'plan_reversal 1 unclaimed',
  ],
  ['a claimed approval is never unclaimed', claims(1), [{ ...approved, answeredAtMs: 0 }], 'wait'],
  ['it was reversed, and then the device claimed it', claims(1), [reversed], 'represent 1'],
  ['it was presented anew: the newest one counts', claims(1), [reversed, { ...due }], 'authorise 2'],

  ['voided before anybody was asked', voided, [due], 'wait'],
  ['voided after the approval', voided, [approved], 'plan_reversal 1 voided'],
  ['voided with the answer unknown', voided, [unknown], 'plan_reversal 1 voided'],
  ['voided after the decline', voided, [declined], 'wait'],
  ['voided with the message in flight', voided, [sent], 'wait'],
  ['a reversal is due', voided, [reversing], 'send_reversal 1'],
  [
    'a reversal is to be repeated later',
    voided,
    [{ ...reversing, reversal: { ...reversing.reversal, retryAtMs: 1_400 } }],
    'wait 1400',
  ],

  ['a second card takes the place of the first', open, [due, due], 'authorise 2'],
  [
    'the first was approved meanwhile: reversals come first',
    open,
    [approved, due],
    'plan_reversal 1 superseded',
  ],
  ['the first is being reversed: nothing new is asked', open, [reversing, due], 'send_reversal 1'],
  ['the first may still be approved', open, [unknown, due], 'plan_reversal 1 superseded'],
  ['the first is in flight', open, [sent, due], 'wait'],
  ['the device claims the first', claims(1), [due, due], 'authorise 1'],
  [
    'both were approved, the device claims the second',
    claims(2),
    [approved, approved],
    'plan_reversal 1 superseded',
  ],

  ['a lost database may have asked, and the device has not said yet', open, [lost], 'wait 1500'],
  [
    'a lost database may have asked, and nobody ever claimed it',
    open,
    [{ ...lost, retryAtMs: 500 }],
    'plan_reversal 1 unclaimed',
  ],
  ['a lost database may have asked for what was stored', claims(1), [lost], 'repeat 1'],
  ['a lost database may have asked for what is void', voided, [lost], 'plan_reversal 1 voided'],
  ['what is known by its STAN is taken back first', voided, [lost, unknown], 'plan_reversal 2 voided'],
]

test.each(table)('%s', (_what, word, states, step) => {
  expect(textOf(nextStep(storyOf(word, states), rules, NOW_MS))).toBe(step)
})

test.each<readonly [what: string, DeviceWord, AttemptState, ageMs: number, step: string]>([
  ['as old as it may be', claims(1), due, 2_000, 'authorise 1'],
  ['too old', claims(1), due, 2_001, 'expire 1'],
  ['too old, and not due yet', claims(1), later, 2_001, 'expire 1'],
  ['given up', claims(1), { state: 'expired' }, 9_000, 'wait'],
  ['told and not asked: no age ends that', by('voice'), due, 9_000, 'authorise 1'],
  ['told by the card: no age ends that', by('card_approved'), due, 9_000, 'authorise 1'],
  ['what has left is resolved at any age', claims(1), unknown, 9_000, 'repeat 1'],
  ['nobody decided', claims(1), { ...declinedForNow, retryAtMs: 0 }, 9_000, 'represent 1'],
  ['a question at the counter has no such age', open, due, 9_000, 'authorise 1'],
  ['voided, whatever its age', voided, due, 9_000, 'wait'],
])('the age of a stored sale: %s', (_what, word, state, ageMs, step) => {
  const atMs = NOW_MS - ageMs
  const story = storyOf(word.said === 'accepted' ? { ...word, atMs } : word, [state])
  const attempts = story.attempts.map((attempt) => ({ ...attempt, deferred: word.said === 'accepted' }))
  expect(textOf(nextStep({ ...story, attempts }, rules, NOW_MS))).toBe(step)
})

test('where the host does not remember, an unknown answer is reversed and not repeated', () => {
  expect(textOf(nextStep(storyOf(claims(1), [unknown]), forgetful, NOW_MS))).toBe('plan_reversal 1 no_answer')
  expect(textOf(nextStep(storyOf(claims(1), [{ ...reversed, why: 'no_answer' }]), forgetful, NOW_MS))).toBe(
    'represent 1',
  )
})

test.each<readonly [DeviceWord, AttemptState, Partial<AuthoriserRules>, 'blind' | 'safe']>([
  [claims(1), due, {}, 'safe'],
  [claims(1), due, { hostKnowsRrn: false }, 'blind'],
  [claims(1), due, { hostDeduplicates: false }, 'blind'],
  [claims(1), lost, {}, 'safe'],
  [claims(1), lost, { hostKnowsRrn: false }, 'blind'],
  // Reversing it could take back what the device was told is approved.
  [claims(1), lost, { hostDeduplicates: false }, 'blind'],
  [claims(1), unknown, { hostKnowsRrn: false }, 'safe'],
  [voided, lost, {}, 'safe'],
  [voided, lost, { hostDeduplicates: false }, 'safe'],
  [voided, lost, { hostKnowsRrn: false }, 'blind'],
  [voided, approved, { hostKnowsRrn: false }, 'safe'],
  [voided, reversing, { hostKnowsRrn: false }, 'safe'],
  [claims(1), declinedForNow, { hostKnowsRrn: false }, 'safe'],
])('P7: after a restore, %j with %j at a host with %j: the next step is %4$s', (word, state, host, said) => {
  const [story, itsRules] = [storyOf(word, [state]), { ...rules, ...host }]
  expect(isBlind(story, nextStep(story, itsRules, NOW_MS), itsRules)).toBe(said === 'blind')
})

function storyOf(word: DeviceWord, states: readonly AttemptState[]): PaymentStory {
  const attempts = states.map((state, at): Attempt => {
    const anew = at > 0 && states[at - 1]?.state === 'reversed'
    const n = anew ? at : at + 1
    return {
      number: at + 1,
      attemptId: `att_${n}`,
      ordinal: n,
      readId: `read_${n}`,
      deferred: false,
      ...state,
    }
  })
  const money = { amountMinor: 1, currency: 'eur' } as const
  return { paymentId: 'pi_1', money, captureMethod: 'automatic', word, attempts }
}

function textOf(step: AuthoriserStep): string {
  if (step.do === 'wait') return step.untilMs === null ? 'wait' : `wait ${step.untilMs}`
  return [step.do, step.attempt.number, ...('why' in step ? [step.why] : [])].join(' ')
}
