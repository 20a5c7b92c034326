import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { currencies, currencyExponent } from '@holdfast/core'
import type { Pool } from 'pg'
import { cursorRows, snapshot } from '../database/snapshot.ts'
import type { Tx } from '../database/transaction.ts'
import type { ExportedAccount } from './exported-account.ts'
import { renderExportReadme } from './export-readme.ts'
import { nouns } from './export-nouns.ts'
import { csvLine } from '../text/csv-line.ts'
import { CSV_ROWS, csvHeader, csvRow } from './payments-csv.ts'

export interface ExportOptions {
  /** Must not exist. Appears under this name only when all of it is there. */
  readonly folder: string
  /** Null: every account. */
  readonly account: string | null
  readonly nowMs: number
  readonly progress: (line: string) => void
}

const EXPONENTS = JSON.stringify(Object.fromEntries(currencies.map((code) => [code, currencyExponent(code)])))

/**
 * The data of whole accounts, of one moment, in forms that need nothing of us: JSON lines per noun and a spreadsheet of
 * the payments. Cards are brand and last four digits.
 */
export async function writeExport(pool: Pool, options: ExportOptions): Promise<readonly ExportedAccount[]> {
  const { folder, account, nowMs, progress } = options
  if (existsSync(folder)) throw new Error(`${folder} is there already; an export never replaces another`)
  const draft = `${folder}.partial`
  rmSync(draft, { recursive: true, force: true })
  // Who sold what to whom is nobody else's business.
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  try {
    const accounts = await snapshot(pool, async (tx) => {
      const { rows } = await tx.query<{ account: string; name: string }>(
        'select account, name from accounts where $1::text is null or account = $1 order by account',
        [account],
      )
      const exported: ExportedAccount[] = []
      for (const row of rows) {
        progress(`${row.name} (${row.account})`)
        exported.push({ ...row, rows: await writeAccount(tx, row.account, draft) })
      }
      return exported
    })
    if (account !== null && accounts.length === 0) throw new Error(`There is no account ${account}`)
    writeFileSync(path.join(draft, 'README.md'), renderExportReadme(accounts, nowMs))
    renameSync(draft, folder)
    return accounts
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  }
}

async function writeAccount(tx: Tx, account: string, draft: string): Promise<Map<string, number>> {
  const folder = path.join(draft, account)
  mkdirSync(folder)
  const counts = new Map<string, number>()
  for (const { file, sql } of nouns) {
    const query = { text: sql, values: [account, EXPONENTS] }
    const name = `${file}.ndjson`
    counts.set(name, await writeLines(tx, query, path.join(folder, name), ([json]) => `${json}\n`))
  }
  const csv = { text: CSV_ROWS, values: [account] }
  const name = 'payments.csv'
  counts.set(name, await writeLines(tx, csv, path.join(folder, name), csvRow, csvLine(csvHeader)))
  return counts
}

async function writeLines(
  tx: Tx,
  query: { readonly text: string; readonly values: readonly unknown[] },
  file: string,
  lineOf: (row: readonly (string | null)[]) => string,
  first = '',
): Promise<number> {
  let count = 0
  async function* chunks(): AsyncGenerator<string> {
    if (first !== '') yield first
    for await (const rows of cursorRows<(string | null)[]>(tx, query)) {
      count += rows.length
      yield rows.map(lineOf).join('')
    }
  }
  await pipeline(Readable.from(chunks(), { objectMode: false }), createWriteStream(file, { flush: true }))
  return count
}
