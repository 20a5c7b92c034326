import { fundingPosting, type IdSource, must } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { loadMoneyTerms, type MoneyTerms } from '../ledger/money-terms.ts'
import { postTransaction } from '../ledger/post.ts'
import { type FundingClaim, readClaims } from './funding-claims.ts'
import { writeFundingItems, type SettledItem } from './funding-items.ts'
import { markFundedBatches } from './mark-funded-batches.ts'
import { matchFundingItem, settledBy } from './match-funding-item.ts'
import { payByAcquirer } from './pay-by-acquirer.ts'
import { type FundingFile, readFundingFile } from './read-funding-file.ts'
import { waitsFor, type WaitsFor } from './waits-for.ts'

export type AppliedFunding =
  | { readonly state: 'applied'; readonly items: number; readonly differences: number }
  | { readonly state: 'waiting'; readonly why: WaitsFor }
  | { readonly state: 'set_aside'; readonly why: string }
  /** Somebody else has it, or it was applied before. */
  | { readonly state: 'taken' }

/**
 * Takes a kept file into the books, as a whole and once: each item settles what it is for, what differs waits in the
 * suspense account under its name, and where the acquirer pays the merchant there is a payout of it. `force`: also while
 * something of it is still on its way to the books; what is not there by then differs.
 */
export async function applyFundingFile(
  tx: Tx,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  ids: IdSource,
  { force = false }: { readonly force?: boolean } = {},
): Promise<AppliedFunding> {
  const { rows } = await tx.query<{ body: string }>(
    `select body from funding_files where file = $1 and sha256 = $2 and state = 'waiting' for update skip locked`,
    [file, sha256],
  )
  const row = rows[0]
  if (row === undefined) return { state: 'taken' }
  const read = readFundingFile(row.body, file)
  if (!read.ok) return setAside(tx, { file, sha256 }, read.damage)
  const waits = force ? null : await waitsFor(tx, read.file)
  if (waits !== null) {
    await tx.query('update funding_files set why = $3 where file = $1 and sha256 = $2', [file, sha256, waits])
    return { state: 'waiting', why: waits }
  }
  const parts = await partsOf(tx, read.file, ids.wallMs())
  if (typeof parts === 'string') return setAside(tx, { file, sha256 }, parts)

  const nowMs = ids.wallMs()
  for (const part of parts) {
    await writeFundingItems(tx, { file, sha256, currency: read.file.currency, ...part })
    await settle(tx, read.file, part, ids)
  }
  await markFundedBatches(tx, file)
  await tx.query(
    `update funding_files set state = 'applied', why = null, applied_ms = $3 where file = $1 and sha256 = $2`,
    [file, sha256, nowMs],
  )
  const items = parts.flatMap((part) => part.items)
  const differences = items.filter(({ difference }) => difference !== null).length
  return { state: 'applied', items: items.length, differences }
}

/** What of a file is one account's, in one mode. */
interface FundingPart {
  readonly account: string
  readonly mode: Mode
  readonly funding: MoneyTerms['funding']
  readonly items: readonly SettledItem[]
}

/** What nothing is known of belongs to whom its terminal belongs, or to whom the rest of the file does. */
async function partsOf(
  tx: Tx,
  file: FundingFile,
  nowMs: number,
): Promise<readonly FundingPart[] | 'account_unknown' | 'part_not_positive'> {
  const claims = await readClaims(tx, file)
  const owners = await ownersOfTerminals(tx, file)
  const known = claims.find((claim) => claim !== undefined)
  const keyed = file.items.map((item, index) => {
    const owner: Owner | undefined = claims[index] ?? owners.get(item.terminal) ?? known
    return { item, position: index + 1, claim: claims[index], owner }
  })
  const byOwner = Map.groupBy(keyed, ({ owner }) =>
    owner === undefined ? '' : `${owner.account} ${owner.mode}`,
  )
  if (byOwner.has('')) return 'account_unknown'
  const parts: FundingPart[] = []
  for (const items of byOwner.values()) {
    const { account, mode } = must(items[0]?.owner, 'a part has its owner')
    const { funding } = await loadMoneyTerms(tx, account, nowMs)
    const settled = items.map(({ item, position, claim }): SettledItem => {
      const match = matchFundingItem(item, foundIn(file, claim), funding)
      const { difference } = match
      return { item, position, difference, claim: match.claim, ...settledBy(item, match, funding) }
    })
    if (funding === 'direct' && paidMinorOf(settled) < 1) return 'part_not_positive'
    parts.push({ account, mode, funding, items: settled })
  }
  return parts
}

/** A claim in another currency is no claim on this money. */
function foundIn(file: FundingFile, claim: FundingClaim | undefined): FundingClaim | undefined {
  return claim?.currency === file.currency ? claim : undefined
}

type Owner = Pick<FundingClaim, 'account' | 'mode'>

async function ownersOfTerminals(tx: Tx, { items }: FundingFile): Promise<ReadonlyMap<string, Owner>> {
  const { rows } = await tx.query<Owner & { terminal: string }>(
    'select terminal_id as terminal, account, mode from devices where terminal_id = any ($1)',
    [[...new Set(items.map(({ terminal }) => terminal))]],
  )
  const byTerminal = Map.groupBy(rows, ({ terminal }) => terminal)
  // One that two accounts use says nothing.
  return new Map(
    rows.filter(({ terminal }) => byTerminal.get(terminal)?.length === 1).map((row) => [row.terminal, row]),
  )
}

async function settle(tx: Tx, file: FundingFile, part: FundingPart, ids: IdSource): Promise<void> {
  const { account, mode, funding, items } = part
  const settledMinor = items.reduce((sum, { expectedMinor }) => sum + expectedMinor, 0)
  const feesMinor = items.reduce((sum, { expectedFeeMinor }) => sum + expectedFeeMinor, 0)
  const differenceMinor = paidMinorOf(items) - settledMinor + feesMinor
  const lines = fundingPosting(
    { settledMinor, feesMinor, differenceMinor },
    funding === 'direct' ? 'merchant' : 'bank',
  )
  if (lines.length === 0) return
  const { currency } = file
  const cause = { kind: 'funding', id: `${file.file}:${mode}` } as const
  await postTransaction(tx, { account, mode, cause, currency, atMs: ids.wallMs(), lines })
  if (funding === 'direct') await payByAcquirer(tx, { account, mode, file, items, cause, ids })
}

function paidMinorOf(items: readonly SettledItem[]): number {
  return items.reduce((sum, { item }) => sum + item.amountMinor - item.feeMinor, 0)
}

async function setAside(
  tx: Tx,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  why: string,
): Promise<AppliedFunding> {
  await tx.query(`update funding_files set state = 'set_aside', why = $3 where file = $1 and sha256 = $2`, [
    file,
    sha256,
    why,
  ])
  return { state: 'set_aside', why }
}
