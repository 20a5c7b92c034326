import { claimedAttempt } from '@holdfast/core'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { openVault } from '../payments/card-vault.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import type { CompletionMessage } from '../acquirer/presentment-port.ts'

export type SaleParts = Pick<CompletionMessage, 'card' | 'entryMode' | 'approvalCode' | 'original'>

/** What a presentment says of its approval; a code where there is no approval any more, or its card is not kept. */
export async function saleParts(
  world: GatewayWorld,
  row: PaymentRow,
): Promise<SaleParts | 'approval_gone' | 'card_not_kept'> {
  const attempt = claimedAttempt(row.story)
  if (attempt?.state !== 'approved') return 'approval_gone'
  const detail = row.details[attempt.number - 1]
  const vault = detail?.vault ?? null
  const card = vault === null ? null : await openVault(world, row.story.paymentId, vault)
  if (card === null || detail === undefined) return 'card_not_kept'
  const { rrn, stan, transmittedAtMs, responseCode, approvalCode } = attempt
  return {
    card,
    entryMode: detail.card.entryMode,
    approvalCode,
    original: {
      rrn,
      stan,
      transmittedAtMs,
      saleMs: row.openedMs,
      utcOffsetMin: row.utcOffsetMin,
      responseCode,
      advice: attempt.advice === true,
      holds: attempt.holds === true,
    },
  }
}
