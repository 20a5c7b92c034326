import { type CardBrand, type EntryMode, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { postCapture } from '../ledger/post-capture.ts'
import { releaseWaitingRefunds } from '../refunds/settle-waiting.ts'
import type { CaptureRow } from './capture-row.ts'

/** The books of a capture that the acquirer has accepted, and what waited for it. */
export async function postPresented(
  tx: Tx,
  world: GatewayWorld,
  capture: CaptureRow,
  atMs: number,
): Promise<void> {
  const { account, mode, paymentId, captureId, chargeId, currency, amountMinor } = capture
  const { rows } = await tx.query<{ brand: CardBrand; entryMode: EntryMode; location: string }>(
    `select a.brand, a.entry_mode as "entryMode", p.location from attempts a join payments p using (account, payment)
     where a.account = $1 and a.charge = $2`,
    [account, chargeId],
  )
  const card = must(rows[0], 'a capture has its charge')
  await postCapture(tx, {
    account,
    mode,
    paymentId,
    captureId,
    chargeId,
    currency,
    grossMinor: amountMinor,
    card,
    atMs,
  })
  await releaseWaitingRefunds(tx, { account, mode, paymentId }, idSourceOf(world))
}
