import { existsSync, readdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findApiKey } from './api-keys/api-keys.ts'
import { commands } from './operations/run-command.ts'
import { insertPayments } from './test-support/many-payments.ts'
import { makeOperatorHome, type OperatorHome } from './test-support/operator-home.ts'
import { ACCOUNT, sampleDevice, sampleId } from './test-support/sample-rows.ts'
import { seedDevice } from './test-support/seed-device.ts'

let operator: OperatorHome

beforeAll(async () => {
  operator = await makeOperatorHome()
})
afterAll(() => operator.drop())

/** The file of the newest backup in the home. */
function newestBackup(): string {
  const folder = path.join(operator.home, 'backups')
  return path.join(folder, readdirSync(folder).toSorted().at(-1) ?? '')
}

describe('the operator’s commands, as processes', () => {
  test('help names every command, each explains itself, and what is asked wrongly is exit 2', async () => {
    const help = await operator.run('--help')
    expect(help.code).toBe(0)
    for (const { name } of commands) expect(help.said).toContain(`  ${name} `)
    expect((await operator.run('keys', 'rotate', '--help')).said).toContain(
      'npm run gateway -- keys rotate <',
    )
    for (const wrong of [['nonsense'], ['backup', '--nonsense'], ['keys', 'rotate'], ['restore']]) {
      expect((await operator.run(...wrong)).code, wrong.join(' ')).toBe(2)
    }
  })

  test('ST12: backup and export work beside a gateway that runs, and on one that is stopped', async () => {
    await operator.withServer(async (pool) => {
      await insertPayments(pool, { first: 1, count: 20 })
      const running = await operator.run('backup', '--to', path.join(operator.home, 'running.backup'))
      expect(running).toMatchObject({
        code: 0,
        said: expect.stringMatching(/written and verified: .*running.backup/),
      })
      const exported = await operator.run('export', '--to', path.join(operator.home, 'export'))
      expect(exported).toMatchObject({
        code: 0,
        said: expect.stringContaining('1 accounts with 20 payments'),
      })
    })
    const stopped = await operator.run('backup')
    expect(stopped.code).toBe(0)
    expect(stopped.said).toMatch(/gateway secret with the id [\w-]{12}, which is not in it/)
    expect(await operator.run('backup', '--verify', newestBackup())).toMatchObject({ code: 0 })
    expect((await operator.run('backup', '--to', newestBackup())).noted).toContain('never replaces')
  })

  test('ST16: money check says that the books are right, and names what is wrong with exit 1', async () => {
    expect(await operator.run('money', 'check')).toMatchObject({
      code: 0,
      said: 'The books are right, and the acquirer has paid what they say.',
    })
    await operator.withServer((pool) =>
      pool.query(
        `with t as (insert into ledger_transactions (account, cause_kind, cause, mode, currency, at_ms)
           values ($1, 'capture', 'cap_of_nobody', 'live', 'eur', 0))
         insert into ledger_lines (account, cause_kind, cause, ledger_account, mode, currency, amount_minor)
         values ($1, 'capture', 'cap_of_nobody', 'bank', 'live', 'eur', 5),
           ($1, 'capture', 'cap_of_nobody', 'merchant_payable', 'live', 'eur', -5)`,
        [sampleDevice().account],
      ),
    )
    const wrong = await operator.run('money', 'check')
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.noted).toMatch(/live +eur +payable_is_what_the_balance_says +0 +5/)
  })

  test('ST13: a restore rehearses first, needs the word, and is refused beside a gateway that runs', async () => {
    await operator.withServer((pool) => insertPayments(pool, { first: 21, count: 3 }))
    const rehearsal = await operator.run('restore', '--from', newestBackup())
    expect(rehearsal.code).toBe(3)
    expect(rehearsal.said).toContain('3 payments (test), together 0.66 EUR')
    expect(rehearsal.said).toContain('Nothing was changed')
    await operator.withServer(async (pool) => {
      expect(await paymentCount(pool)).toBe(23)
      const beside = await operator.run('restore', '--from', newestBackup(), '--yes')
      expect(beside).toMatchObject({ code: 1, noted: expect.stringContaining('Another Holdfast is running') })
    })
    const done = await operator.run('restore', '--from', newestBackup(), '--yes')
    expect(done).toMatchObject({ code: 0, said: expect.stringMatching(/as generation \d+/) })
    await operator.withServer(async (pool) => expect(await paymentCount(pool)).toBe(20))
    const list = await operator.run('restores', 'list')
    expect(list.said).toContain('Recovering: 1 devices have not brought back what they hold')
    expect(list.said).toContain('Kept of before: before_restore_')
    expect((await operator.run('restores', 'drop')).code).toBe(3)
    expect((await operator.run('restores', 'drop', '--yes')).said).toContain('Removed before_restore_')
    expect((await operator.run('restores', 'drop')).said).toContain('Nothing is kept')
  })

  test('a restore without the gateway secret is refused, and no new secret is made', async () => {
    const secret = path.join(operator.home, 'gateway.secret')
    renameSync(secret, `${secret}.away`)
    const refused = await operator.run('restore', '--from', newestBackup(), '--yes')
    expect(refused).toMatchObject({ code: 1, noted: expect.stringContaining('gateway.secret') })
    const backup = await operator.run('backup')
    expect(backup).toMatchObject({ code: 0, noted: expect.stringContaining('cannot say which one it needs') })
    expect((await operator.run('keys', 'rotate', 'all', '--yes')).code).toBe(1)
    expect(existsSync(secret)).toBe(false)
    renameSync(`${secret}.away`, secret)
  })

  test('ST7: an API key is shown once, kept as a hash, used within its permissions, listed and revoked', async () => {
    await operator.withServer(async (pool) => {
      const allow = ['--allow', 'charge:read,refund:write', '--name', 'Kiosk back end']
      const made = await operator.run('keys', 'create', ACCOUNT, 'restricted', ...allow)
      expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/^rk_test_[0-9A-Za-z]{32}$/) })
      const { rows } = await pool.query<{ all: string }>('select json_agg(k)::text as all from api_keys k')
      expect(rows[0]?.all).not.toContain(made.said)
      expect(await findApiKey(pool, made.said, 1_800_000_000_000)).toEqual({
        account: ACCOUNT,
        mode: 'test',
        kind: 'restricted',
        permissions: { charge: 'read', refund: 'write' },
      })
      const listed = await operator.run('keys', 'list', '--account', ACCOUNT)
      const [line = ''] = listed.said.split('\n').filter((each) => each.includes('Kiosk back end'))
      expect(line).toContain('charge:read,refund:write')
      expect(line).toContain('2027-01-15T08:00:00.000Z')
      expect(line).not.toContain(made.said)
      const [id = ''] = line.split(' ')
      expect((await operator.run('keys', 'revoke', id)).code).toBe(3)
      expect((await operator.run('keys', 'revoke', id, '--yes')).code).toBe(0)
      expect(await findApiKey(pool, made.said, 0)).toBe('revoked')
      expect((await operator.run('keys', 'revoke', id, '--yes')).said).toContain('was revoked before')
      for (const [code, ...wrong] of [
        [2, ACCOUNT, 'restricted'],
        [2, ACCOUNT, 'restricted', '--allow', 'soup:read'],
        [2, ACCOUNT, 'restricted', '--allow', 'charge:eat'],
        [2, ACCOUNT, 'secret', '--allow', 'charge:read'],
        [2, ACCOUNT, 'golden'],
        [1, 'acct_nobody', 'secret'],
      ] as const) {
        expect((await operator.run('keys', 'create', ...wrong)).code, wrong.join(' ')).toBe(code)
      }
      expect((await operator.run('keys', 'create', ACCOUNT, 'secret', '--live')).said).toMatch(/^sk_live_/)
      expect((await operator.run('keys', 'revoke', 'nothing', '--yes')).code).toBe(1)
    })
  })

  test('fault 67: keys rotate makes a new key after the word, and keys list shows old and new', async () => {
    await operator.withServer(async () => {
      expect((await operator.run('keys', 'rotate', 'signing')).code).toBe(3)
      expect((await operator.run('keys', 'list')).said.match(/(signing|sealing) +in use/g)).toHaveLength(2)
      expect((await operator.run('keys', 'rotate', 'all', '--yes')).code).toBe(0)
      const { said } = await operator.run('keys', 'list')
      expect(said.match(/(signing|sealing) +in use/g)).toHaveLength(2)
      expect(said.match(/retired 20/g)).toHaveLength(2)
      expect(said).toMatch(/Gateway secret: [\w-]{12}$/)
    })
  })

  test('MP12: durable is set by word, and never to a standby that is not there', async () => {
    await operator.withServer(async () => {
      expect((await operator.run('durable', 'show')).said).toContain('durable is none')
      expect(await operator.run('durable', 'set', 'standby', '--yes')).toMatchObject({
        code: 1,
        noted: expect.stringContaining('no synchronous standby'),
      })
      expect((await operator.run('durable', 'set', 'backup')).code).toBe(3)
      expect((await operator.run('durable', 'set', 'backup', '--yes')).code).toBe(0)
      expect((await operator.run('durable', 'show')).said).toMatch(
        /durable is backup[^]*newest verified backup/,
      )
      expect((await operator.run('durable', 'set', 'none')).code).toBe(0)
    })
  })

  test('a device is listed with what is safe of it, and is revoked for ever after the word', async () => {
    await operator.withServer(async (pool) => {
      await seedDevice(pool, sampleDevice(2))
      const device = sampleId('dev', 2)
      expect((await operator.run('devices', 'list')).said).toMatch(new RegExp(`${device} .* active +0 +0 +0`))
      expect((await operator.run('devices', 'revoke', device)).code).toBe(3)
      expect((await operator.run('devices', 'revoke', sampleId('dev', 9), '--yes')).code).toBe(1)
      expect((await operator.run('devices', 'revoke', device, '--yes')).code).toBe(0)
      expect((await operator.run('devices', 'list')).said).toMatch(new RegExp(`${device} .* revoked`))
      expect((await operator.run('devices', 'revoke', device)).said).toContain('was revoked before')
    })
  })
})

describe('what a restore has left for a human', () => {
  const payment = sampleId('pi', 1)

  beforeAll(async () => {
    await operator.withServer((pool) =>
      pool.query(
        `update payments set attention = 'outcome_lost', status = 'processing', as_of = 0 where payment = $1`,
        [payment],
      ),
    )
  })

  test('P7: it is listed, and is not decided without the word or with half of what the acquirer’s books say', async () => {
    await operator.withServer(async () => {
      const { said } = await operator.run('review', 'list')
      expect(said).toMatch(new RegExp(`${payment} +test +0.01 EUR +outcome_lost`))
      expect((await operator.run('review', 'resolve', payment)).code).toBe(2)
      expect(
        (await operator.run('review', 'resolve', payment, '--found', 'approval', '--stan', '1')).code,
      ).toBe(2)
      expect((await operator.run('review', 'resolve', payment, '--found', 'nothing')).code).toBe(3)
      const unknown = await operator.run(
        'review',
        'resolve',
        sampleId('pi', 9_999),
        '--found',
        'nothing',
        '--yes',
      )
      expect(unknown).toMatchObject({ code: 1, noted: expect.stringContaining('nothing with this id') })
      const settled = await operator.run(
        'review',
        'resolve',
        sampleId('pi', 2),
        '--found',
        'nothing',
        '--yes',
      )
      expect(settled).toMatchObject({ code: 1, noted: expect.stringContaining('Nothing of this waits') })
    })
  })
})

describe('review', () => {
  const payment = sampleId('pi', 8_000)
  const who = ['--by', 'Ada', '--note', 'sold by nobody']

  test('of a payment that is too old: rejected by its command, seen in the list with who said so', async () => {
    await operator.withServer(async (pool) => {
      await insertPayments(pool, { first: 8_000, count: 1 })
      await pool.query(
        `update attempts set state = 'expired', not_before_ms = null, stan = null, rrn = null, transmitted_ms = null,
           send_before_ms = null, repeats = null, response_code = null, approval_code = null, answered_ms = null,
           approved_minor = null, sealed = null where payment = $1`,
        [payment],
      )
      await pool.query(
        `update payments set status = 'processing', attention = 'deferred_too_old', outcome_sent = false where payment = $1`,
        [payment],
      )
      expect((await operator.run('review', 'list')).said).toMatch(new RegExp(`${payment}.*deferred_too_old`))
      expect((await operator.run('review', 'reject', payment, '--by', 'Ada', '--yes')).code).toBe(2)
      expect((await operator.run('review', 'reject', payment, ...who)).code).toBe(3)
      const released = await operator.run('review', 'release', payment, ...who, '--yes')
      expect(released).toMatchObject({ code: 1, noted: expect.stringContaining('only be rejected') })
      expect(await operator.run('review', 'reject', payment, ...who, '--yes')).toMatchObject({
        code: 0,
        said: `${payment} is rejected.`,
      })
      expect((await operator.run('review', 'reject', payment, ...who, '--yes')).said).toContain('before')
      expect((await operator.run('review', 'list')).said).toMatch(
        new RegExp(`rejected.*${payment}.*deferred_too_old.*Ada.*sold by nobody`),
      )
      const unknown = await operator.run('review', 'reject', sampleId('pi', 9_999), ...who, '--yes')
      expect(unknown).toMatchObject({ code: 1, noted: expect.stringContaining('Nothing is known') })
    })
  })
})

describe('a restore that dies in the middle leaves the old state or the new one', () => {
  const OLD = 600
  const NEW = 400
  let file: string

  beforeAll(async () => {
    await operator.withServer(async (pool) => {
      await pool.query('delete from events; delete from records; delete from attempts; delete from payments')
      await insertPayments(pool, { first: 1, count: NEW })
    })
    file = path.join(operator.home, 'kill.backup')
    await operator.run('backup', '--to', file)
  })

  /** One after the other, for each goes on from what the one before has left. */
  const points = [
    ['reading', 0, 'program'],
    ['reading', 250, 'postgres'],
    ['rows are in', 0, 'program'],
    ['rows are in', 0, 'postgres'],
    ['switching over', 0, 'program'],
    ['switching over', 5, 'postgres'],
    ['switching over', 15, 'program'],
    ['switching over', 60, 'postgres'],
  ] as const

  test.each(points)('kill -9 at "%s" + %i ms, of the %s', async (at, afterMs, victim) => {
    const generation = await operator.withServer(async (pool) => {
      const missing = OLD - (await paymentCount(pool))
      if (missing > 0) await insertPayments(pool, { first: OLD - missing + 1, count: missing })
      return generationOf(pool)
    })
    const killed = await operator.runUntil(['restore', '--from', file, '--yes'], (line, kill) => {
      if (line.includes(at)) setTimeout(kill[victim], afterMs)
    })
    await operator.withServer(async (pool) => {
      const isNew = (await generationOf(pool)) > generation
      if (killed.said.includes('Restored')) expect(isNew).toBe(true)
      const count = isNew ? NEW : OLD
      const { rows } = await pool.query(
        `select (select count(*) from payments)::integer as payments, (select count(*) from attempts)::integer as attempts,
             (select count(*) from records)::integer as records, (select count(*) from events)::integer as events,
             (select count(*) from gateway_restores where to_generation = (select generation from settings))::integer as marks`,
      )
      expect(rows).toEqual([
        {
          payments: count,
          attempts: count,
          records: count,
          events: count,
          marks: generation > 1 || isNew ? 1 : 0,
        },
      ])
      const { rows: half } = await pool.query(
        `select nspname from pg_namespace where nspname like 'restoring%'`,
      )
      expect(half).toEqual([])
    })
  })
})

async function paymentCount(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::integer as count from payments')
  return rows[0]?.count ?? 0
}

async function generationOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ generation: number }>('select generation from settings')
  return rows[0]?.generation ?? 0
}
