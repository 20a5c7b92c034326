import { changedMetadata } from '../../../metadata/metadata.ts'
import { createPayout } from '../../../payouts/create-payout.ts'
import { movePayout } from '../../../payouts/move-payout.ts'
import { findPayout } from '../../../payouts/payout.ts'
import { payoutsSource, savePayoutMetadata } from '../../../payouts/payout-queries.ts'
import { moneyRefusal } from '../money-refusal.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import { idsOf, type Operation, pathId, write } from '../platform/operation.ts'
import { amountMinor, currency, metadata, oneOf, secondsRange, text } from '../platform/parameter-kinds.ts'
import { list, rangeMs, retrieve } from '../platform/read-operations.ts'

const object = 'payout'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const

export const payoutOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/payouts',
    filters: {
      arrival_date: secondsRange().optional(),
      status: oneOf(['pending', 'in_transit', 'paid', 'failed', 'canceled']).optional(),
    },
    source({ scope }, { arrival_date: arrival, status = null }) {
      const { fromMs, beforeMs } = rangeMs(arrival)
      return payoutsSource(scope, { status, arrivesFromMs: fromMs, arrivesBeforeMs: beforeMs })
    },
  }),
  retrieve({ ...reads, path: '/payouts/:id' }),
  write({
    ...writes,
    path: '/payouts',
    parameters: {
      amount: amountMinor(),
      currency: currency(),
      description: text().optional(),
      method: oneOf(['standard']).optional(),
      source_type: oneOf(['card']).optional(),
      metadata: metadata().optional(),
    },
    async effect(tx, context, given) {
      const notes = changedMetadata({}, given.metadata)
      if (!notes.ok) return { refusal: metadataRefusal(notes) }
      const wanted = {
        ...context.scope,
        currency: given.currency,
        amountMinor: given.amount,
        description: given.description ?? null,
        metadata: notes.metadata,
      }
      const result = await createPayout(tx, wanted, idsOf(context))
      return result.ok ? { done: result.payout.payoutId } : { refusal: moneyRefusal(result.refusal) }
    },
  }),
  write({
    ...writes,
    path: '/payouts/:id',
    parameters: { metadata: metadata().optional() },
    async effect(tx, context, given) {
      const id = pathId(context)
      const payout = await findPayout(tx, { ...context.scope, payoutId: id }, { lock: true })
      if (payout === null) return { missing: { object, id, param: 'id' } }
      const notes = changedMetadata(payout.metadata, given.metadata)
      if (!notes.ok) return { refusal: metadataRefusal(notes) }
      await savePayoutMetadata(tx, context.scope, id, notes.metadata)
      return { done: id }
    },
  }),
  write({
    ...writes,
    path: '/payouts/:id/cancel',
    parameters: {},
    async effect(tx, context) {
      const id = pathId(context)
      const ids = idsOf(context)
      const event = { type: 'canceled', atMs: ids.wallMs() } as const
      const result = await movePayout(tx, { ...context.scope, payoutId: id }, event, { ids })
      if (result.ok) return { done: id }
      return result.refusal === 'resource_missing'
        ? { missing: { object, id, param: 'id' } }
        : { refusal: moneyRefusal(result.refusal) }
    },
  }),
]
