import { beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { openMoneyShop } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { listActs } from './list-acts.ts'
import { noteAct, type OperatorAct } from './note-act.ts'

const database = sharedDatabase()

beforeEach(() => openMoneyShop(database().pool))

const act = (change: Partial<OperatorAct>): OperatorAct => {
  return { account: ACCOUNT, mode: 'test', act: 'tasks close t', by: 'Ada', why: null, atMs: 1, ...change }
}

test('acts of an account are shown with its reviews and changes, newest first, and those of the other mode are apart', async () => {
  const { pool } = database()
  await transaction(pool, async (tx) => {
    await noteAct(tx, act({ atMs: 1, why: 'paid in cash' }))
    await noteAct(tx, act({ atMs: 2, mode: 'live' }))
    await noteAct(tx, act({ atMs: 3, mode: null, act: 'money terms' }))
    await noteAct(tx, act({ atMs: 4, account: null, mode: null, act: 'funding apply 1' }))
    const [device, payment] = [sampleId('dev', 1), sampleId('pi', 1)]
    await tx.query(
      `insert into reviews (account, review, decision, waited_for, device, payment, decided_by, note, decided_ms)
       values ($1, 'rev_1', 'rejected', 'record_fork', $2, $3, 'Grace', 'a copy', 5)`,
      [ACCOUNT, device, payment],
    )
    await tx.query(
      `insert into day_closes (account, mode, location, number, from_ms, until_ms, closed_ms, closed_by, key_prefix)
       select account, 'live', location, 1, 0, 1, 8, 'Grace', 'sk_live_0' from locations limit 1`,
    )
    await tx.query(
      `insert into payment_method_changes (account, changed_by, key_prefix, changed_ms) values ($1, 'Eve', 'sk_test_0', 6)`,
      [ACCOUNT],
    )
    await tx.query(
      `insert into offline_policy_changes (account, device, changed_by, key_prefix, changed_ms)
       values ($1, $2, 'Eve', 'sk_test_0', 7)`,
      [ACCOUNT, device],
    )
  })
  const told = async (...asked: Parameters<typeof listActs>) =>
    (await listActs(...asked)).map(({ atMs, by, act: what, why }) => [atMs, by, what, why])
  const own = await told(pool, { account: ACCOUNT, mode: 'test' }, 20)
  expect(own).toEqual([
    [7, 'Eve', `offline policy of ${sampleId('dev', 1)}`, null],
    [6, 'Eve', 'payment methods of the account', null],
    [5, 'Grace', `review rejected ${sampleId('pi', 1)}`, 'a copy'],
    [3, 'Ada', 'money terms', null],
    [1, 'Ada', 'tasks close t', 'paid in cash'],
  ])
  expect(await told(pool, { account: ACCOUNT, mode: 'live' }, 3)).toEqual([
    [8, 'Grace', expect.stringMatching(/^day close 1 of loc_/), null],
    own[1],
    own[3],
  ])
  expect((await told(pool, null, 20)).map(([atMs]) => atMs)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(await told(pool, { account: sampleId('acct', 9), mode: null }, 20)).toEqual([])
})
