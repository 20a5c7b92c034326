import { changeCustomer, forgottenCustomer, newCustomer } from '../../../customers/change-customer.ts'
import {
  customerSearchFields,
  customersSource,
  findCustomers,
  saveCustomer,
} from '../../../customers/customer-store.ts'
import type { Tx } from '../../../database/transaction.ts'
import { holdObject } from '../platform/hold-object.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import { newObjectId, type Operation, type StripeContext, tell, write } from '../platform/operation.ts'
import { address, email, emptyable, hash, listOf, metadata, text } from '../platform/parameter-kinds.ts'
import { list, retrieve, search } from '../platform/read-operations.ts'

const object = 'customer'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const

const fields = {
  name: emptyable(text(256)).optional(),
  email: emptyable(email()).optional(),
  phone: emptyable(text(20)).optional(),
  description: emptyable(text()).optional(),
  address: emptyable(address()).optional(),
  shipping: emptyable(
    hash({ name: text(), phone: emptyable(text(20)).optional(), address: address() }),
  ).optional(),
  preferred_locales: listOf(text(20)).optional(),
  metadata: metadata().optional(),
}

export const customerOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/customers',
    filters: { email: text().optional() },
    source: ({ scope }, filters) => customersSource(scope, filters.email ?? null),
  }),
  search({
    ...reads,
    path: '/customers/search',
    source: (scope) => customersSource(scope, null),
    fields: customerSearchFields,
  }),
  retrieve({ ...reads, path: '/customers/:id' }),
  write({
    ...writes,
    path: '/customers',
    parameters: fields,
    async effect(tx, context, { preferred_locales: preferredLocales, ...given }) {
      const blank = newCustomer(newObjectId(context, 'cus'), context.world.clock.wallMs())
      const changed = changeCustomer(blank, { ...given, preferredLocales })
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      await saveCustomer(tx, context.scope, changed.customer)
      await tell(tx, context, 'customer.created', object, blank.id)
      return { done: blank.id }
    },
  }),
  write({
    ...writes,
    path: '/customers/:id',
    parameters: fields,
    async effect(tx, context, { preferred_locales: preferredLocales, ...given }) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      const changed = changeCustomer(before, { ...given, preferredLocales })
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      await saveCustomer(tx, context.scope, changed.customer)
      await tell(tx, context, 'customer.updated', object, before.id)
      return { done: before.id }
    },
  }),
  write({
    ...writes,
    method: 'DELETE',
    path: '/customers/:id',
    parameters: {},
    async effect(tx, context) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      await saveCustomer(tx, context.scope, forgottenCustomer(before, context.world.clock.wallMs()))
      await tell(tx, context, 'customer.deleted', object, before.id)
      return { done: before.id }
    },
  }),
]

function hold(tx: Tx, context: StripeContext) {
  return holdObject(context, object, (ids) => findCustomers(tx, context.scope, ids, { forUpdate: true }))
}
