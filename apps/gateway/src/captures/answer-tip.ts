import { must } from '@holdfast/core'
import { signStatement } from '@holdfast/envelope'
import type { TipStatement } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { type CaptureRow, loadCapture } from './capture-row.ts'

/**
 * Tells the till what became of the tip that it wrote in: in its feed, in the transaction of the cause. `code` null: the
 * acquirer has taken it. The device, for a hint once this is durable.
 */
export async function answerTip(
  tx: Tx,
  { clock, keys }: Pick<GatewayWorld, 'clock' | 'keys'>,
  { account, paymentId, currency, tipMinor: standsMinor }: CaptureRow,
  { tipMinor, code }: Pick<TipStatement, 'tipMinor' | 'code'>,
): Promise<string> {
  const { rows } = await tx.query<{ device: string }>(
    'select device from payments where account = $1 and payment = $2',
    [account, paymentId],
  )
  const { device } = must(rows[0], 'a capture is of a payment')
  const atMs = clock.wallMs()
  const said: TipStatement = { payment: paymentId, device, atMs, currency, tipMinor, standsMinor, code }
  const { payload, keyId, signature } = await signStatement(keys.signing, 'tip', said)
  // The number that it gets stays with it until this transaction ends, so the device's feed has no gap.
  await tx.query(
    `with counted as (
       update devices set feed_head = feed_head + 1 where account = $1 and device = $2 returning feed_head)
     insert into feed (account, device, n, payment, is_tip, payload, key_id, signature)
     select $1, $2, feed_head, $3, true, $4, $5, $6 from counted`,
    [account, device, paymentId, payload, keyId, signature],
  )
  return device
}

/** Of the presentment of a tip. */
export async function answerToldTip(
  tx: Tx,
  world: Pick<GatewayWorld, 'clock' | 'keys'>,
  tip: { readonly account: string; readonly subject: string; readonly amountMinor: number },
  code: string | null,
): Promise<string> {
  const capture = must(await loadCapture(tx, tip.account, tip.subject), 'a tip is of a capture')
  const tipMinor = tip.amountMinor - capture.amountMinor + capture.tipMinor
  return answerTip(tx, world, capture, { tipMinor, code })
}
