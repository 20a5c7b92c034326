import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { setFunding } from '../ledger/money-terms.ts'
import { postedCapture } from '../test-support/money-shop.ts'
import { sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { setBankAccount } from './bank-accounts.ts'
import { setPayoutSchedule } from './payout-schedule.ts'

const program = fileURLToPath(new URL('../test-support/pay-out-worker.child.ts', import.meta.url))
const database = sharedDatabase()
const children: ChildProcess[] = []
const ACCOUNTS = 60
const DAY_MS = 86_400_000

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

test('ST16: of two worker processes one is killed -9 in the middle, and every merchant is paid out once', async () => {
  const { pool } = database()
  const yesterdayMs = Date.now() - 2 * DAY_MS
  for (let n = 1; n <= ACCOUNTS; n += 1) {
    const account = sampleId('acct', n)
    await pool.query(
      `insert into accounts (account, name, currencies, created_ms) values ($1, 'Shop', '{eur}', 0)`,
      [account],
    )
    await transaction(pool, async (tx) => {
      await setFunding(tx, account, { funding: 'facilitator', holdDays: 0 })
      await setBankAccount(tx, account, 'eur', {
        holder: 'Shop',
        iban: 'FR7630006000011234567890189',
        bic: null,
      })
      await setPayoutSchedule(tx, account, { every: 'day', atMin: 0, timeZone: 'UTC' }, yesterdayMs)
    })
    await postedCapture(pool, n, { account, atMs: yesterdayMs })
  }
  children.push(start(), start())
  while ((await paidOut()) < ACCOUNTS / 4) await new Promise((resolve) => setTimeout(resolve, 5))
  const [first] = children
  first?.kill('SIGKILL')
  if (first !== undefined) await once(first, 'exit')
  while ((await paidOut()) < ACCOUNTS) await new Promise((resolve) => setTimeout(resolve, 20))
  const { rows } = await pool.query<{ payouts: string; accounts: string; minor: string }>(
    'select count(*) as payouts, count(distinct account) as accounts, sum(amount_minor) as minor from payouts',
  )
  expect(rows).toEqual([
    { payouts: String(ACCOUNTS), accounts: String(ACCOUNTS), minor: String(ACCOUNTS * 5_000) },
  ])
  expect(await checkBooks(pool)).toEqual([])
})

function start(): ChildProcess {
  return spawn(process.execPath, [program, database().url], { stdio: 'ignore' })
}

async function paidOut(): Promise<number> {
  return (await database().pool.query('select from payouts')).rowCount ?? 0
}
