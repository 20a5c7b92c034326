import { describe, expect, test } from 'vitest'
import { advancePresentment, type Presentment, type PresentmentEvent } from './presentment.ts'

const due: Presentment = { state: 'due', dueMs: null, presentation: 1 }
const sending = { presentation: 1, stan: '000017', transmittedAtMs: 5, sendBeforeMs: 9, repeats: 0 }
const sent: Presentment = { state: 'sent', sending }
const unknown: Presentment = { state: 'unknown', retryAtMs: 8, sending }
const reversing: Presentment = {
  state: 'reversing',
  reversal: { stan: '000018', transmittedAtMs: 8, tries: 0, retryAtMs: 8 },
  sending,
}
const stuck: Presentment = {
  state: 'needs_attention',
  why: 'presentment_refused',
  responseCode: '30',
  presentation: 1,
  sending,
}
const accepted: Presentment = { state: 'accepted', acceptedMs: 7, responseCode: '00', sending }

test.each<readonly [string, Presentment, PresentmentEvent, Partial<Presentment> | null]>([
  ['goes out', due, { type: 'sent', stan: '000017', sendBeforeMs: 9, nowMs: 5 }, sent],
  [
    'is repeated as it was',
    unknown,
    { type: 'sent', stan: '999999', sendBeforeMs: 99, nowMs: 50 },
    { state: 'sent', sending: { ...sending, sendBeforeMs: 99, repeats: 1 } },
  ],
  ['without an answer is unknown', sent, { type: 'no_answer', retryAtMs: 8 }, unknown],
  ['is accepted', sent, { type: 'accepted', responseCode: '00', nowMs: 7 }, accepted],
  [
    'is declined',
    sent,
    { type: 'declined', responseCode: '57', nowMs: 7 },
    { state: 'declined', endedMs: 7, responseCode: '57', sending },
  ],
  [
    'that nobody decided goes out as another message',
    sent,
    { type: 'undecided', retryAtMs: 8 },
    { state: 'due', dueMs: 8, presentation: 2 },
  ],
  [
    'is taken back only while nobody knows',
    unknown,
    { type: 'reversal_planned', stan: '000018', nowMs: 8 },
    reversing,
  ],
  ['is not taken back on its way', sent, { type: 'reversal_planned', stan: '000018', nowMs: 8 }, null],
  [
    'that was taken back goes out as another message',
    reversing,
    { type: 'reversed', nowMs: 9 },
    { state: 'due', dueMs: 9, presentation: 2 },
  ],
  [
    'is not repeated while it is taken back',
    reversing,
    { type: 'sent', stan: '1', sendBeforeMs: 9, nowMs: 9 },
    null,
  ],
  [
    'is refused once more and waits for a human',
    { state: 'sent', sending: { ...sending, repeats: 5 } },
    { type: 'refused', responseCode: '30', retryAtMs: 9, triesMax: 6 },
    { ...stuck, sending: { ...sending, repeats: 5 } },
  ],
  [
    'is retried by a human as a repeat',
    stuck,
    { type: 'retried', nowMs: 9 },
    { state: 'unknown', retryAtMs: 9, sending },
  ],
  [
    'is given up by a human only',
    stuck,
    { type: 'given_up', nowMs: 9 },
    { state: 'given_up', endedMs: 9, responseCode: '30', presentation: 1, sending },
  ],
  ['is not given up while it is on its way', unknown, { type: 'given_up', nowMs: 9 }, null],
  ['is canceled before it left', due, { type: 'canceled' }, { state: 'canceled', presentation: 1 }],
  [
    'is canceled while a human looks at it before it left',
    { ...stuck, why: 'card_not_kept', responseCode: null, sending: null },
    { type: 'canceled' },
    { state: 'canceled', presentation: 1 },
  ],
  ['is not canceled while a human looks at it after it left', stuck, { type: 'canceled' }, null],
  ['is not canceled after it left', unknown, { type: 'canceled' }, null],
])('a presentment %s', (_name, before, event, after) => {
  expect(advancePresentment(before, event)).toEqual(after)
})

describe('what has ended', () => {
  const ended: readonly Presentment[] = [
    accepted,
    { state: 'declined', endedMs: 7, responseCode: '57', sending },
    { state: 'given_up', endedMs: 7, responseCode: null, presentation: 1, sending: null },
    { state: 'canceled', presentation: 1 },
  ]
  const events: readonly PresentmentEvent[] = [
    { type: 'due', nowMs: 9 },
    { type: 'sent', stan: '000099', sendBeforeMs: 99, nowMs: 9 },
    { type: 'no_answer', retryAtMs: 9 },
    { type: 'declined', responseCode: '57', nowMs: 9 },
    { type: 'undecided', retryAtMs: 9 },
    { type: 'reversal_planned', stan: '000099', nowMs: 9 },
    { type: 'reversed', nowMs: 9 },
    { type: 'stuck', why: 'approval_gone' },
    { type: 'retried', nowMs: 9 },
    { type: 'given_up', nowMs: 9 },
    { type: 'canceled' },
  ]
  test.each(ended)('$state hears nothing any more', (presentment) => {
    for (const event of events) expect(advancePresentment(presentment, event)).toBeNull()
  })
})
