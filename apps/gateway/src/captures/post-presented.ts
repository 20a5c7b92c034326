import type { Tx } from '../database/transaction.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { postCapture } from '../ledger/post-capture.ts'
import { releaseWaitingRefunds } from '../refunds/settle-waiting.ts'
import type { CaptureRow } from './capture-row.ts'
import { feeFactsOf } from './fee-facts.ts'

/** The books of a capture that the acquirer has accepted, and what waited for it. */
export async function postPresented(
  tx: Tx,
  world: GatewayWorld,
  capture: CaptureRow,
  atMs: number,
): Promise<void> {
  const { account, mode, paymentId, captureId, chargeId, currency, amountMinor } = capture
  const card = await feeFactsOf(tx, { account, chargeId })
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
