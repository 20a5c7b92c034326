import { noteAct, type OperatorAct } from '../acts/note-act.ts'
import type { Tx } from '../database/transaction.ts'
import type { Asked, Operator } from './operator.ts'

/** Who types this command, when and why; in the transaction of what it does. */
export function noteCommand(
  tx: Tx,
  asked: Asked,
  { nowMs, user }: Operator,
  { account, mode }: Pick<OperatorAct, 'account' | 'mode'>,
): Promise<void> {
  const [by, why] = [asked.text('by') ?? user, asked.text('note')]
  return noteAct(tx, { account, mode, act: asked.act, by, why, atMs: nowMs() })
}
