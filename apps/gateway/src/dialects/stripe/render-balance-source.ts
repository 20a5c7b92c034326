import type { ObjectKind } from './platform/object-kinds.ts'
import { chargeKind } from './render-charge.ts'
import { disputeKind } from './render-dispute.ts'
import { payoutKind } from './render-payout.ts'
import { refundKind } from './render-refund.ts'

/** Whatever a balance transaction can come from. */
export const balanceSourceKind: ObjectKind = {
  async render(db, viewing, ids) {
    const kinds = [chargeKind, refundKind, payoutKind, disputeKind]
    const found = await Promise.all(kinds.map((kind) => kind.render(db, viewing, ids)))
    return new Map(found.flatMap((objects) => [...objects]))
  },
  resources: ['charge', 'refund', 'payout', 'dispute'],
  expandable: { charge: { kind: 'charge' }, payment_intent: { kind: 'payment_intent' } },
}
