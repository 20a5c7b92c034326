import { expect, test } from 'vitest'
import { moveNotice, type Notice, type NoticeStep, planMaintenance } from './notice.ts'

const window = { fromMs: 1_000, toMs: 2_000 }
const planned: Notice = { kind: 'maintenance', state: 'planned', window }
const running: Notice = { kind: 'maintenance', state: 'running', window }
const ended: Notice = { kind: 'maintenance', state: 'ended', window, overMs: 2_000 }
const incident: Notice = { kind: 'incident', state: 'investigating', beganMs: 500 }
const resolved: Notice = { kind: 'incident', state: 'resolved', beganMs: 500, overMs: 900 }

const pass: NoticeStep = { do: 'pass_time' }
const end: NoticeStep = { do: 'end' }
const withdraw: NoticeStep = { do: 'withdraw' }

const moves: readonly (readonly [string, Notice, NoticeStep, number, object | string])[] = [
  ['nothing is due before the window', planned, pass, 999, 'nothing_due'],
  [
    'it begins with the window, however late somebody looks',
    planned,
    pass,
    1_500,
    { notice: running, word: 'started', atMs: 1_000 },
  ],
  ['it runs until the window is over', running, pass, 1_999, 'nothing_due'],
  ['a clock that is set back takes nothing back', running, pass, 0, 'nothing_due'],
  ['it ends with the window', running, pass, 9_000, { notice: ended, word: 'ended', atMs: 2_000 }],
  [
    'one that nobody saw begin is told once',
    planned,
    pass,
    9_000,
    { notice: ended, word: 'ended', atMs: 2_000 },
  ],
  ['the clock does nothing to an incident', incident, pass, 9_000, 'nothing_due'],
  ['the clock does nothing to what is over', ended, pass, 9_000, 'nothing_due'],
  [
    'a maintenance can be over before its time',
    running,
    end,
    1_200,
    { notice: { ...ended, overMs: 1_200 }, word: 'ended', atMs: 1_200 },
  ],
  ['what has not begun cannot end', planned, end, 10, 'maintenance_not_running'],
  [
    'what has not begun is withdrawn',
    planned,
    withdraw,
    10,
    {
      notice: { kind: 'maintenance', state: 'withdrawn', window, overMs: 10 },
      word: 'withdrawn',
      atMs: 10,
    },
  ],
  ['what has begun is not withdrawn', running, withdraw, 1_200, 'maintenance_running'],
  [
    'its window is moved',
    planned,
    { do: 'update', window: { toMs: 3_000 } },
    10,
    { notice: { ...planned, window: { fromMs: 1_000, toMs: 3_000 } }, word: 'updated', atMs: 10 },
  ],
  [
    'its beginning is not moved once it has begun',
    running,
    { do: 'update', window: { fromMs: 5 } },
    1_200,
    'maintenance_running',
  ],
  ['a window has a length', planned, { do: 'update', window: { toMs: 1_000 } }, 10, 'window_empty'],
  [
    'a window is not moved into the past',
    running,
    { do: 'update', window: { toMs: 1_100 } },
    1_200,
    'window_over',
  ],
  [
    'a maintenance has no state to be said',
    planned,
    { do: 'update', state: 'monitoring' },
    10,
    'not_of_its_kind',
  ],
  ['an incident has no window', incident, { do: 'update', window: { toMs: 9 } }, 600, 'not_of_its_kind'],
  [
    'an incident is watched',
    incident,
    { do: 'update', state: 'monitoring' },
    600,
    { notice: { ...incident, state: 'monitoring' }, word: 'updated', atMs: 600 },
  ],
  ['an incident is resolved', incident, end, 900, { notice: resolved, word: 'ended', atMs: 900 }],
  ['what is over stays over', resolved, { do: 'update', state: 'investigating' }, 950, 'notice_over'],
  ['what is over is not ended again', ended, end, 9_000, 'notice_over'],
]

test.each(moves)('ST10: %s', (_name, notice, step, nowMs, expected) => {
  expect(moveNotice(notice, step, nowMs)).toEqual(expected)
})

test('ST10: a maintenance may begin at once, and is not planned into the past', () => {
  expect(planMaintenance(window, 1_500)).toEqual(planned)
  expect(planMaintenance(window, 2_000)).toBe('window_over')
  expect(planMaintenance({ fromMs: 5, toMs: 5 }, 0)).toBe('window_empty')
})
