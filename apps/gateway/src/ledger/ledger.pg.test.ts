import { capturePosting, type LedgerLine, ledgerAccounts, refundPosting } from '@holdfast/core'
import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import {
  openMoneyShop,
  postedCapture,
  SALE_MS,
  sampleCapture,
  sampleFees,
} from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { addFeeSchedule } from './money-terms.ts'
import { postCapture } from './post-capture.ts'
import { type LedgerTransaction, postTransaction } from './post.ts'

const database = sharedDatabase()
beforeEach(() => openMoneyShop(database().pool))

test('ST16: a capture is a sale of the acquirer, less the fee of its schedule', async () => {
  await postedCapture(database().pool, 1)
  expect(await balances()).toEqual({ acquirer_receivable: 5_000, merchant_payable: -4_905, fees: -95 })
  expect(await balanceTransactions()).toEqual([
    {
      txn: sampleId('txn', 1),
      type: 'charge',
      source: sampleId('ch', 1),
      amount_minor: 5_000,
      fee_minor: 95,
      net_minor: 4_905,
      available_ms: SALE_MS + 7 * 86_400_000,
    },
  ])
})

test('the same capture told again, also by two at once, is posted once', async () => {
  const { pool } = database()
  await Promise.all(Array.from({ length: 4 }, () => postedCapture(pool, 1)))
  await transaction(pool, (tx) => addFeeSchedule(tx, ACCOUNT, { ...sampleFees, rules: [] }, SALE_MS + 1))
  await postedCapture(pool, 1, { atMs: SALE_MS + 2 })
  expect(await balances()).toEqual({ acquirer_receivable: 5_000, merchant_payable: -4_905, fees: -95 })
  expect(await balanceTransactions()).toHaveLength(1)
})

test('a new schedule counts from its moment on', async () => {
  const { pool } = database()
  await transaction(pool, (tx) => addFeeSchedule(tx, ACCOUNT, { rules: [], disputeMinor: {} }, SALE_MS + 1))
  await postedCapture(pool, 1)
  await postedCapture(pool, 2, { atMs: SALE_MS + 1 })
  expect(await balances()).toMatchObject({ acquirer_receivable: 10_000, fees: -95 })
})

test('a capture whose transaction is rolled back leaves nothing', async () => {
  const undone = transaction(database().pool, async (tx) => {
    await postCapture(tx, sampleCapture(1))
    throw new Error('the process ends here')
  })
  await expect(undone).rejects.toThrow('ends here')
  expect(await balances()).toEqual({})
})

test('a repeat of a cause that says something else is a fault of the program', async () => {
  await post({ lines: capturePosting({ grossMinor: 100, feeMinor: 1 }) })
  await expect(post({ lines: capturePosting({ grossMinor: 200, feeMinor: 1 }) })).rejects.toThrow(
    'other lines',
  )
  await expect(
    post({ lines: capturePosting({ grossMinor: 100, feeMinor: 1 }), currency: 'usd' }),
  ).rejects.toThrow('other lines')
  expect(await balances()).toMatchObject({ acquirer_receivable: 100 })
})

test.each<[string, readonly LedgerLine[]]>([
  ['sums to one', [line('bank', 2), line('fees', -1)]],
  ['has one line', [line('bank', 0)]],
  ['has an empty line', [line('bank', 0), line('fees', 0)]],
])('the database refuses a transaction that %s', async (_name, lines) => {
  await expect(post({ lines })).rejects.toMatchObject({ code: '23514' })
  expect(await balances()).toEqual({})
})

test('the database refuses a transaction without lines, a line added later, and a line of another currency', async () => {
  const { pool } = database()
  const bare = `insert into ledger_transactions (account, cause_kind, cause, mode, currency, at_ms)
    values ('${ACCOUNT}', 'capture', 'cap_bare', 'test', 'eur', 0)`
  await expect(pool.query(bare)).rejects.toThrow('has 0 lines')
  await post({ lines: refundPosting({ amountMinor: 5 }) })
  const late = (currency: string) => `insert into ledger_lines
    (account, cause_kind, cause, ledger_account, mode, currency, amount_minor)
    values ('${ACCOUNT}', 'capture', '${sampleId('cap', 9)}', 'bank', 'test', '${currency}', 1)`
  await expect(pool.query(late('eur'))).rejects.toThrow('sum to 1')
  await expect(pool.query(late('usd'))).rejects.toMatchObject({ code: '23503' })
})

test('nothing that was posted can be changed or removed', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  const before = await balances()
  for (const table of ['ledger_transactions', 'ledger_lines', 'balance_transactions']) {
    await expect(pool.query(`delete from ${table}`)).rejects.toThrow(`Rows of ${table} are never changed`)
    await expect(pool.query(`update ${table} set currency = 'usd'`)).rejects.toThrow('post the reverse')
  }
  expect(await balances()).toEqual(before)
})

test('any sequence of transactions either is refused or leaves books that sum to zero', async () => {
  const ledgerAccount = fc.constantFrom(...ledgerAccounts)
  const amountMinor = fc.integer({ min: -3, max: 3 })
  const anyLines = fc.uniqueArray(fc.record({ ledgerAccount, amountMinor }), {
    selector: ({ ledgerAccount }) => ledgerAccount,
    maxLength: 4,
  })
  const balancedLines = fc
    .record({ grossMinor: fc.integer({ min: 1, max: 9 }), feeMinor: fc.integer({ min: 0, max: 2 }) })
    .map(capturePosting)
  const step = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.oneof(anyLines, balancedLines))
  let round = 0
  let posted = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (sequence) => {
      round += 1
      for (const [n, lines] of sequence) {
        const cause = { kind: 'capture', id: sampleId('cap', round * 10 + n) } as const
        const written = await post({ cause, lines }).catch(() => null)
        if (written !== true) continue
        posted += 1
        expect(lines.map((of) => of.amountMinor).reduce((sum, minor) => sum + minor, 0)).toBe(0)
      }
      expect(Object.values(await balances()).reduce((sum, balance) => sum + balance, 0)).toBe(0)
    }),
    { numRuns: 30 },
  )
  expect(posted).toBeGreaterThan(10)
})

function post(changes: Partial<LedgerTransaction>): Promise<boolean> {
  return transaction(database().pool, (tx) =>
    postTransaction(tx, {
      account: ACCOUNT,
      mode: 'test',
      cause: { kind: 'capture', id: sampleId('cap', 9) },
      currency: 'eur',
      atMs: SALE_MS,
      lines: [],
      ...changes,
    }),
  )
}

function line(ledgerAccount: LedgerLine['ledgerAccount'], amountMinor: number): LedgerLine {
  return { ledgerAccount, amountMinor }
}

async function balances(): Promise<Record<string, number>> {
  const { rows } = await database().pool.query<{ ledger_account: string; minor: number }>(
    `select ledger_account, sum(amount_minor)::float8 as minor from ledger_lines
     group by 1 having sum(amount_minor) <> 0`,
  )
  return Object.fromEntries(rows.map((row) => [row.ledger_account, row.minor]))
}

async function balanceTransactions(): Promise<unknown[]> {
  const { rows } = await database().pool.query(
    `select txn, type, source, amount_minor::float8, fee_minor::float8, net_minor::float8, available_ms::float8
     from balance_transactions order by txn`,
  )
  return rows
}
