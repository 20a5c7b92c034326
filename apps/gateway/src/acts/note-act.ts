import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'

/** What a person has done by hand to money or records. */
export interface OperatorAct {
  /** Null: of the whole gateway. */
  readonly account: string | null
  /** Null: of both. */
  readonly mode: Mode | null
  /** As a command is typed. */
  readonly act: string
  /** A name, or the beginning of the key that it came with. */
  readonly by: string
  readonly why: string | null
  readonly atMs: number
}

const [NAME_MAX, TEXT_MAX] = [200, 500]

/** In the transaction of what it does, so that neither is there without the other. */
export async function noteAct(tx: Tx, { account, mode, act, by, why, atMs }: OperatorAct): Promise<void> {
  await tx.query(
    `insert into operator_acts (account, mode, act, done_by, why, done_ms) values ($1, $2, $3, $4, $5, $6)`,
    [account, mode, act.slice(0, TEXT_MAX), by.slice(0, NAME_MAX), why?.slice(0, TEXT_MAX) ?? null, atMs],
  )
}
