import type { GivenUp } from '@holdfast/core'
import { type SealedRecord, signStatement } from '@holdfast/envelope'
import type { OutcomeStatement, RecordOf, Signed } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'

/** The last acceptance among them; a device accepts a payment once. */
export function acceptanceIn(records: readonly SealedRecord[]): RecordOf<'payment.accepted'> | null {
  const header = records.findLast((record) => record.header.kind === 'payment.accepted')?.header
  return header?.kind === 'payment.accepted' ? header : null
}

/** What a person decided about an acceptance that was set aside, for the device that wrote it. */
export async function signReviewed(
  world: GatewayWorld,
  accepted: RecordOf<'payment.accepted'>,
  said: { readonly status: 'processing' } | { readonly status: 'declined'; readonly givenUp: GivenUp },
): Promise<Signed> {
  const outcome: OutcomeStatement = {
    payment: accepted.payment,
    device: accepted.device,
    generation: await world.store.generation(),
    atMs: world.clock.wallMs(),
    amountMinor: accepted.amountMinor,
    currency: accepted.currency,
    attempt: accepted.attempt,
    responseCode: null,
    approvalCode: null,
    authorisation: null,
    ...said,
  }
  return signStatement(world.keys.signing, 'outcome', outcome)
}
