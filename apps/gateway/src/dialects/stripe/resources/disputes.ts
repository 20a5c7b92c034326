import { findDisputes, disputesSource, saveDispute } from '../../../disputes/dispute.ts'
import { changeEvidence, moveDispute } from '../../../disputes/move-dispute.ts'
import type { Tx } from '../../../database/transaction.ts'
import { findFiles } from '../../../files/file-store.ts'
import { changedMetadata } from '../../../metadata/metadata.ts'
import { moneyRefusal } from '../money-refusal.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import {
  type Effect,
  idsOf,
  type Missing,
  type Operation,
  pathId,
  type StripeContext,
  write,
} from '../platform/operation.ts'
import { emptyable, flag, hash, metadata, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'dispute'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const
const EVIDENCE_TEXT_MAX = 150_000

const words = () => emptyable(text(EVIDENCE_TEXT_MAX)).optional()
/** A file that was uploaded for it. */
const file = () => emptyable(text()).optional()
const fileFields = {
  cancellation_policy: file(),
  customer_communication: file(),
  customer_signature: file(),
  duplicate_charge_documentation: file(),
  receipt: file(),
  refund_policy: file(),
  service_documentation: file(),
  shipping_documentation: file(),
  uncategorized_file: file(),
}
const evidence = hash({
  ...fileFields,
  access_activity_log: words(),
  billing_address: words(),
  cancellation_policy_disclosure: words(),
  cancellation_rebuttal: words(),
  customer_email_address: words(),
  customer_name: words(),
  customer_purchase_ip: words(),
  duplicate_charge_explanation: words(),
  duplicate_charge_id: words(),
  product_description: words(),
  refund_policy_disclosure: words(),
  refund_refusal_explanation: words(),
  service_date: words(),
  shipping_address: words(),
  shipping_carrier: words(),
  shipping_date: words(),
  shipping_tracking_number: words(),
  uncategorized_text: words(),
})

export const disputeOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/disputes',
    filters: { charge: text().optional(), payment_intent: text().optional() },
    source: ({ scope }, { charge = null, payment_intent: payment = null }) =>
      disputesSource(scope, { charge, payment }),
  }),
  retrieve({ ...reads, path: '/disputes/:id' }),
  write({
    ...writes,
    path: '/disputes/:id',
    parameters: {
      evidence: evidence.optional(),
      metadata: metadata().optional(),
      submit: flag().optional(),
    },
    async effect(tx, context, given): Promise<Effect> {
      const id = pathId(context)
      const key = { ...context.scope, disputeId: id }
      const atMs = context.world.clock.wallMs()
      const [dispute] = await findDisputes(tx, context.scope, [id], { lock: true })
      if (dispute === undefined) return { missing: { object, id, param: 'id' } }
      const notes = changedMetadata(dispute.metadata, given.metadata)
      if (!notes.ok) return { refusal: metadataRefusal(notes) }
      await saveDispute(tx, { ...dispute, metadata: notes.metadata })
      if (given.evidence !== undefined) {
        const missing = await missingFile(tx, context, given.evidence)
        if (missing !== null) return { missing }
        const change = Object.fromEntries(
          Object.entries(given.evidence).map(([field, value]) => [field, value ?? '']),
        )
        const changed = await changeEvidence(tx, key, change, atMs)
        if (!changed.ok) return refusalOf(changed.refusal, id)
      }
      // Stripe submits evidence unless it is told to only keep it; what was kept is submitted when it is told so.
      if (!(given.submit ?? given.evidence !== undefined)) return { done: id }
      const moved = await moveDispute(tx, key, { type: 'submitted', atMs }, atMs, idsOf(context))
      return moved.ok ? { done: id } : refusalOf(moved.refusal, id)
    },
  }),
  write({
    ...writes,
    path: '/disputes/:id/close',
    parameters: {},
    async effect(tx, context): Promise<Effect> {
      const id = pathId(context)
      const atMs = context.world.clock.wallMs()
      const key = { ...context.scope, disputeId: id }
      const moved = await moveDispute(tx, key, { type: 'accepted', atMs }, atMs, idsOf(context))
      return moved.ok ? { done: id } : refusalOf(moved.refusal, id)
    },
  }),
]

/** The first field that names no file of this account and mode. */
async function missingFile(
  tx: Tx,
  { scope }: StripeContext,
  given: Readonly<Record<string, string | null | undefined>>,
): Promise<Missing | null> {
  const named = Object.keys(fileFields).flatMap((field) => {
    const id = given[field] ?? null
    return id === null ? [] : [{ field, id }]
  })
  const found = await findFiles(
    tx,
    scope,
    named.map(({ id }) => id),
    { lock: true },
  )
  const missing = named.find(({ id }) => !found.some((each) => each.id === id))
  return missing === undefined
    ? null
    : { object: 'file', id: missing.id, param: `evidence[${missing.field}]` }
}

function refusalOf(
  refusal: 'dispute_not_open' | 'dispute_deadline_over' | 'resource_missing',
  id: string,
): Effect {
  return refusal === 'resource_missing'
    ? { missing: { object, id, param: 'id' } }
    : { refusal: moneyRefusal(refusal) }
}
