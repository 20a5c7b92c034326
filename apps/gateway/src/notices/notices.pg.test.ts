import { nodeCrypto } from '@holdfast/envelope/node'
import { beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createWebhookWorld, type WebhookWorld } from '../test-support/webhook-world.ts'
import { announceNotice, changeNotice, passNoticeTime } from './change-notice.ts'
import type { NoticeTexts } from './known-notice.ts'
import type { Notice, NoticeStep } from './notice.ts'
import { readNotices } from './read-notices.ts'
import { tellNotices, type UntoldChange } from './tell-notices.ts'

const START_MS = Date.parse('2026-12-01T00:00:00Z')
const HOUR_MS = 3_600_000
const window = { fromMs: START_MS + HOUR_MS, toMs: START_MS + 2 * HOUR_MS }
const MAINTENANCE: Notice = { kind: 'maintenance', state: 'planned', window }
const INCIDENT: Notice = { kind: 'incident', state: 'investigating', beganMs: START_MS }

describe('notices', () => {
  const database = sharedDatabase()
  let clock: ManualClock
  let webhooks: WebhookWorld

  beforeEach(async () => {
    clock = createManualClock(START_MS)
    webhooks = await createWebhookWorld(database(), clock)
  })

  const ids = {
    wallMs: () => clock.wallMs(),
    randomBytes: (length: number) => nodeCrypto.randomBytes(length),
  }
  const announce = (notice: Notice, texts: NoticeTexts = { en: 'What to expect.' }) =>
    transaction(database().pool, (tx) => announceNotice(tx, { notice, touches: ['gateway'], texts }, ids))
  const change = (id: string, step: NoticeStep, texts: NoticeTexts | null = null) =>
    transaction(database().pool, (tx) => changeNotice(tx, id, { step, texts }, clock.wallMs()))
  const pass = () => passNoticeTime(database().pool, clock.wallMs())
  const tell = () => tellNotices(database().pool, clock.wallMs())
  async function tellAll(): Promise<void> {
    while (await tell()) continue
  }
  async function told(): Promise<string[]> {
    const { rows } = await database().pool.query<{ line: string }>(
      `select mode || ' ' || type as line from events where object = 'notice' order by created_ms, event`,
    )
    return rows.map(({ line }) => line)
  }
  const read = () => readNotices(database().pool, clock.wallMs())
  const states = async () => {
    const { running, planned, past } = await read()
    return [running, planned, past].map((list) => list.map(({ notice }) => notice.state))
  }

  test('ST10: a maintenance is planned, begins, ends, and is told at each of them, once', async () => {
    await webhooks.endpoint('http://localhost:9/all')
    await announce(MAINTENANCE)
    await tellAll()
    expect(await states()).toEqual([[], ['planned'], []])
    clock.advance(HOUR_MS)
    await pass()
    await pass()
    await tellAll()
    expect(await states()).toEqual([['running'], [], []])
    clock.advance(HOUR_MS)
    await pass()
    await tellAll()
    await tellAll()
    expect(await states()).toEqual([[], [], ['ended']])
    expect(await told()).toEqual(['test notice.planned', 'test notice.started', 'test notice.ended'])
    clock.advance(91 * 24 * HOUR_MS)
    expect(await states()).toEqual([[], [], []])
  })

  test('ST10: an incident is told with its updates in their order, also by a clock that was set back', async () => {
    const id = await announce(INCIDENT)
    clock.advance(-HOUR_MS)
    await change(id, { do: 'update', state: 'monitoring' }, { en: 'It is better.' })
    await change(id, { do: 'end' }, { en: 'It was a cable.' })
    const { past } = await read()
    expect(past[0]).toMatchObject({ id, notice: { state: 'resolved', overMs: START_MS } })
    expect(past[0]?.changes.map(({ word, texts, atMs }) => [word, texts?.en, atMs])).toEqual([
      ['started', 'What to expect.', START_MS],
      ['updated', 'It is better.', START_MS],
      ['ended', 'It was a cable.', START_MS],
    ])
    expect(await change(id, { do: 'end' })).toBe('notice_over')
    expect(await change('ntc_unknown', { do: 'end' })).toBe('notice_unknown')
  })

  test('ST10: once per account and mode that has an endpoint for it, and nowhere else', async () => {
    await webhooks.endpoint('http://localhost:9/one', ['notice.planned'])
    await webhooks.endpoint('http://localhost:9/two', ['notice.planned', 'notice.ended'])
    await webhooks.endpoint('http://localhost:9/other', ['payout.paid'])
    const id = await announce(MAINTENANCE)
    await change(id, { do: 'update' }, { en: 'More.' })
    await tellAll()
    await webhooks.publish()
    expect(await told()).toEqual(['test notice.planned'])
    const { rows } = await database().pool.query<{ event: string; snapshot: object }>(
      `select event, snapshot from events where object = 'notice'`,
    )
    expect(rows).toEqual([
      {
        event: `evt_${id.slice('ntc_'.length)}_1_test`,
        snapshot: {
          id,
          object: 'notice',
          created: START_MS / 1_000,
          ends_at: window.toMs / 1_000,
          kind: 'maintenance',
          livemode: false,
          over_at: null,
          starts_at: window.fromMs / 1_000,
          status: 'planned',
          text: { en: 'More.', es: null, fr: null },
          touches: ['gateway'],
          updates: [
            { at: START_MS / 1_000, text: { en: 'What to expect.' }, word: 'planned' },
            { at: START_MS / 1_000, text: { en: 'More.' }, word: 'updated' },
          ],
        },
      },
    ])
    const deliveries = await database().pool.query('select from webhook_deliveries')
    expect(deliveries.rowCount).toBe(2)
  })

  test('ST10: who dies while telling has told nobody twice and forgets nobody', async () => {
    await webhooks.endpoint('http://localhost:9/all')
    const many = Array.from({ length: 150 }, (_, at) => `acct_many${String(at).padStart(20, '0')}`)
    await database().pool.query(
      `insert into accounts (account, name, currencies, created_ms)
       select account, 'Shop', array['eur'], 1 from unnest($1::text[]) as a(account)`,
      [many],
    )
    await announce(MAINTENANCE)
    const followed: string[] = []
    const dying = () => Promise.reject(new Error('killed'))
    await expect(tellNotices(database().pool, 1, dying)).rejects.toThrow('killed')
    expect(await told()).toEqual([])
    const follow = (_tx: unknown, _change: unknown, accounts: readonly string[]) =>
      Promise.resolve(void followed.push(...accounts))
    await tellNotices(database().pool, 1, follow)
    await expect(tellNotices(database().pool, 1, dying)).rejects.toThrow('killed')
    while (await tellNotices(database().pool, 1, follow)) continue
    expect(followed.toSorted()).toEqual([...many, ACCOUNT].toSorted())
    expect(await told()).toEqual(['test notice.planned'])
  })

  test('ST10: silent is only what the clock does: a window that is moved and one that is withdrawn are not, without a word too', async () => {
    const flags: string[] = []
    const follow = (_tx: unknown, { word, isSilent }: UntoldChange) =>
      Promise.resolve(void flags.push(`${word} ${isSilent ? 'silent' : 'said'}`))
    const withdrawn = await announce(MAINTENANCE)
    await change(withdrawn, { do: 'update', window: { toMs: window.toMs + HOUR_MS } })
    clock.advance(1)
    await change(withdrawn, { do: 'withdraw' })
    await announce(MAINTENANCE)
    clock.advance(2 * HOUR_MS)
    await pass()
    while (await tellNotices(database().pool, 1, follow)) continue
    expect(flags.toSorted()).toEqual([
      'ended silent',
      'planned said',
      'planned said',
      'updated said',
      'withdrawn said',
    ])
  })

  test('ST10: two processes that let time pass and tell at once do each once', async () => {
    await webhooks.endpoint('http://localhost:9/all')
    await announce(MAINTENANCE)
    clock.advance(HOUR_MS)
    await Promise.all([pass(), pass(), pass()])
    await Promise.all([tellAll(), tellAll(), tellAll()])
    await tellAll()
    expect(await told()).toEqual(['test notice.planned', 'test notice.started'])
  })

  test('ST10: a window that nobody saw is over, and its beginning is not told afterwards', async () => {
    await webhooks.endpoint('http://localhost:9/all')
    await announce(MAINTENANCE)
    clock.advance(5 * HOUR_MS)
    await pass()
    await tellAll()
    expect(await told()).toEqual(['test notice.planned', 'test notice.ended'])
    expect((await read()).past[0]?.notice).toMatchObject({ overMs: window.toMs })
  })

  test('ST10: a clock that is set back after the beginning takes nothing back and tells nothing again', async () => {
    await announce(MAINTENANCE)
    clock.advance(HOUR_MS)
    await pass()
    clock.advance(-HOUR_MS)
    expect(await pass()).toBe(0)
    expect(await states()).toEqual([['running'], [], []])
  })

  test('ST10: the database refuses what the rules refuse', async () => {
    const id = await announce(MAINTENANCE)
    const bad = [
      `update notices set state = 'resolved'`,
      `update notices set ends_ms = starts_ms`,
      `update notices set ends_ms = null`,
      `update notices set touches = '{}'`,
      `update notices set touches = array['weather']`,
      `update notices set kind = 'incident', ends_ms = null, state = 'investigating', starts_ms = changed_ms + 1`,
      `update notice_changes set word = 'ended'`,
      `update notice_changes set text_en = null`,
      `insert into notice_changes (notice, number, word, at_ms) values ('${id}', 1, 'planned', 1)`,
    ]
    for (const statement of bad) await expect(database().pool.query(statement), statement).rejects.toThrow()
  })
})
