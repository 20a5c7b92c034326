import { nodeCrypto } from '@holdfast/envelope/node'
import { beforeEach, expect, test } from 'vitest'
import { listActs } from '../acts/list-acts.ts'
import { passNoticeTime } from '../notices/change-notice.ts'
import { tellNotices } from '../notices/tell-notices.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { runCommand } from './run-command.ts'

const database = sharedDatabase()
let clock: ManualClock

beforeEach(() => {
  clock = createManualClock(Date.parse('2026-12-01T00:00:00Z'))
})

async function run(...typed: readonly string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCommand(['notices', ...typed], {
    home: '/nowhere',
    databaseUrl: database().url,
    secrets: () => null,
    crypto: nodeCrypto,
    user: 'ada',
    nowMs: () => clock.wallMs(),
    say: write,
    note: write,
  })
  return { code, said: lines.join('\n') }
}

const WINDOW = ['--from', '2026-12-01T03:00:00+01:00', '--to', '2026-12-01T04:00:00+01:00'] as const
const PLAN = ['plan', ...WINDOW, '--touches', 'gateway,database', '--en', 'New disks.'] as const

function idIn(said: string): string {
  return /ntc_\w{24}/.exec(said)?.[0] ?? ''
}

test('ST10: a maintenance is announced with the word, listed as told once it is, moved, and ends by itself', async () => {
  expect(await run(...PLAN)).toMatchObject({
    code: 3,
    said: expect.stringContaining('announced to everybody'),
  })
  expect((await run('list')).said).not.toContain('ntc_')
  const id = idIn((await run(...PLAN, '--yes')).said)
  const planned =
    /maintenance +planned +2026-12-01T02:00:00Z +2026-12-01T03:00:00Z +gateway,database +not yet +New disks\./
  expect((await run('list')).said).toMatch(planned)
  while (await tellNotices(database().pool, clock.wallMs())) continue
  expect((await run('list')).said).toMatch(/database +yes +New disks/)
  expect((await run('end', id, '--yes')).said).toBe('It has not begun: withdraw it, or move it.')
  clock.advance(2 * 3_600_000)
  await passNoticeTime(database().pool, clock.wallMs())
  expect(await run('withdraw', id, '--yes')).toEqual({
    code: 1,
    said: 'It has begun: end it, or move its end.',
  })
  expect((await run('update', id, '--to', '2026-12-01T05:00:00+01:00', '--yes')).code).toBe(0)
  expect((await run('list')).said).toMatch(/running +2026-12-01T02:00:00Z +2026-12-01T04:00:00Z/)
  expect((await run('end', id, '--yes')).said).toContain(`${id} is ended.`)
  expect((await run('list')).said).not.toContain(id)
  expect((await run('list', '--all')).said).toContain(id)
  expect((await run('update', id, '--en', 'Again.', '--yes')).said).toBe('It is over.')
})

test('ST10: an incident is reported, updated and resolved, and one that was none is withdrawn', async () => {
  const report = ['report', '--touches', 'acquirer_link', '--fr', 'Lent.', '--yes']
  const id = idIn((await run(...report)).said)
  expect((await run('update', id, '--state', 'monitoring', '--yes')).said).toContain('is monitoring')
  expect((await run('end', id, '--fr', 'Réparé.', '--yes')).said).toContain('is resolved')
  const other = idIn((await run(...report)).said)
  expect((await run('withdraw', other, '--yes')).said).toContain('is withdrawn')
  expect((await run('end', 'ntc_nobody', '--yes')).said).toBe('There is no such notice.')
})

test.each([
  ['no text', ['plan', ...WINDOW, '--touches', 'gateway', '--yes'], 2],
  ['a part that there is not', ['report', '--touches', 'weather', '--en', 'Rain.', '--yes'], 2],
  ['a time without a zone', ['plan', '--from', '2026-12-01T03:00', '--to', '2026-12-01T04:00', '--yes'], 2],
  ['a state that there is not', ['update', 'ntc_1', '--state', 'resolved', '--yes'], 2],
  ['nothing new', ['update', 'ntc_1', '--yes'], 2],
  [
    'a window that is over',
    [
      'plan',
      '--from',
      '2026-11-01T03:00:00Z',
      '--to',
      '2026-11-01T04:00:00Z',
      '--touches',
      'gateway',
      '--yes',
    ],
    1,
  ],
  [
    'an incident to come',
    ['report', '--touches', 'gateway', '--en', 'Soon.', '--since', '2026-12-02T00:00:00Z', '--yes'],
    1,
  ],
])('ST10: %s is not announced', async (_what, typed, code) => {
  expect(await run(...typed)).toMatchObject({ code })
  expect((await database().pool.query('select from notices')).rowCount).toBe(0)
})

test('who announced it, changed it and why is among what people did by hand', async () => {
  const id = idIn((await run(...PLAN, '--by', 'Ada', '--note', 'agreed with the host', '--yes')).said)
  await run('withdraw', id, '--by', 'Grace', '--yes')
  const acts = await listActs(database().pool, null, 10)
  expect(acts.map(({ account, by, act, why }) => [account, by, act.split(' ', 2).join(' '), why])).toEqual([
    [null, 'Grace', 'notices withdraw', null],
    [null, 'Ada', 'notices plan', 'agreed with the host'],
  ])
})
