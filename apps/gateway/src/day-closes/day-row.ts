import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { DayFact } from './day-fact.ts'

/** A location in the mode of who asks. */
export interface DayPlace extends Scope {
  readonly location: string
}

/** One close, without what it counts. */
export interface DayCloseRow {
  readonly number: number
  readonly fromMs: number
  readonly untilMs: number
  readonly closedMs: number
  readonly by: string
}

/** Newest first. */
export async function readDayCloses(
  db: Tx,
  { account, mode, location }: DayPlace,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<DayCloseRow[]> {
  const { rows } = await db.query<DayCloseRow>({
    text: `select ${COLUMNS} from day_closes
      where account = $1 and mode = $2 and location = $3 and ($4::integer is null or number < $4)
      order by number desc limit $5`,
    values: [account, mode, location, before, limit],
    types: numericTypes,
  })
  return rows
}

/** Null when there is none of this number. */
export async function readDayClose(
  db: Tx,
  { account, mode, location }: DayPlace,
  number: number,
): Promise<DayCloseRow | null> {
  const { rows } = await db.query<DayCloseRow>({
    text: `select ${COLUMNS} from day_closes where account = $1 and mode = $2 and location = $3 and number = $4`,
    values: [account, mode, location, number],
    types: numericTypes,
  })
  return rows[0] ?? null
}

/** What a close has counted, as it was known then. */
export async function readDayItems(
  db: Tx,
  { account, mode, location }: DayPlace,
  number: number,
): Promise<DayFact[]> {
  const { rows } = await db.query<DayFact>({
    text: `select kind, subject, device, currency, state, amount_minor as "amountMinor", tip_minor as "tipMinor",
        of_period as "isOfPeriod", case when was_number is not null then
          json_build_object('number', was_number, 'state', was_state, 'amountMinor', was_minor) end as was
      from day_close_items where account = $1 and mode = $2 and location = $3 and number = $4 order by subject`,
    values: [account, mode, location, number],
    types: numericTypes,
  })
  return rows
}

/** The close with all that it counts; of each subject it is the last word from now on. */
export async function insertDayClose(
  tx: Tx,
  place: DayPlace,
  { number, fromMs, untilMs, closedMs, by, keyPrefix }: DayCloseRow & { readonly keyPrefix: string },
  facts: readonly DayFact[],
): Promise<void> {
  const { account, mode, location } = place
  await tx.query(
    `insert into day_closes (account, mode, location, number, from_ms, until_ms, closed_ms, closed_by, key_prefix)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [account, mode, location, number, fromMs, untilMs, closedMs, by, keyPrefix],
  )
  await tx.query(
    `update day_close_items set is_latest = false where account = $1 and is_latest and subject = any ($2)`,
    [account, facts.filter(({ was }) => was !== null).map(({ subject }) => subject)],
  )
  await tx.query(
    `insert into day_close_items (account, mode, location, number, kind, subject, device, currency, state,
       amount_minor, tip_minor, of_period, was_number, was_state, was_minor)
     select $1, $2, $3, $4, f.* from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
       $11::bigint[], $12::boolean[], $13::integer[], $14::text[], $15::bigint[]) as f`,
    [
      account,
      mode,
      location,
      number,
      facts.map(({ kind }) => kind),
      facts.map(({ subject }) => subject),
      facts.map(({ device }) => device),
      facts.map(({ currency }) => currency),
      facts.map(({ state }) => state),
      facts.map(({ amountMinor }) => amountMinor),
      facts.map(({ tipMinor }) => tipMinor),
      facts.map(({ isOfPeriod }) => isOfPeriod),
      facts.map(({ was }) => was?.number ?? null),
      facts.map(({ was }) => was?.state ?? null),
      facts.map(({ was }) => was?.amountMinor ?? null),
    ],
  )
}

const COLUMNS = `number, from_ms as "fromMs", until_ms as "untilMs", closed_ms as "closedMs", closed_by as by`
