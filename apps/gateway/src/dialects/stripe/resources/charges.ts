import { isPaymentIntentThere } from '../../../payment-intents/payment-intent-store.ts'
import { chargesSource, findCharges } from '../../../payments/payment-queries.ts'
import { writeNotes } from '../../../payments/payment-notes.ts'
import { chargeSearchFields, searchableCharges } from '../../../payments/charge-search.ts'
import { notesRefusal } from '../platform/notes-refusal.ts'
import { type Operation, pathId, tell, write } from '../platform/operation.ts'
import { email, emptyable, metadata, text } from '../platform/parameter-kinds.ts'
import { list, retrieve, search } from '../platform/read-operations.ts'

const object = 'charge'
const reads = { object, needs: { resource: object, access: 'read' } } as const

export const chargeOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/charges',
    filters: {
      payment_intent: text().optional(),
      customer: text().optional(),
      transfer_group: text().optional(),
    },
    async source(context, filters) {
      const {
        payment_intent: payment = null,
        customer = null,
        transfer_group: transferGroup = null,
      } = filters
      if (payment !== null && !(await isPaymentIntentThere(context.pool, context.scope, payment)))
        return { missing: { object: 'payment_intent', id: payment, param: 'payment_intent' } }
      return chargesSource(context.scope, { payment, customer, transferGroup })
    },
  }),
  search({ ...reads, path: '/charges/search', source: searchableCharges, fields: chargeSearchFields }),
  retrieve({ ...reads, path: '/charges/:id' }),
  write({
    object,
    needs: { resource: object, access: 'write' },
    path: '/charges/:id',
    parameters: {
      customer: text().optional(),
      description: emptyable(text()).optional(),
      metadata: metadata().optional(),
      receipt_email: emptyable(email()).optional(),
      transfer_group: emptyable(text()).optional(),
    },
    async effect(tx, context, given) {
      const id = pathId(context)
      const [known] = await findCharges(tx, context.scope, [id])
      if (known === undefined) return { missing: { object, id, param: 'id' } }
      const { receipt_email: receiptEmail, transfer_group: transferGroup, ...rest } = given
      const nowMs = context.world.clock.wallMs()
      const change = { ...rest, receiptEmail, transferGroup }
      const written = await writeNotes(tx, context.scope, id, change, { inherits: known.payment, nowMs })
      if (!written.ok) return notesRefusal(written, given.customer)
      await tell(tx, context, 'charge.updated', object, id)
      return { done: id }
    },
  }),
]
