import { type Customer, findCustomers } from '../../customers/customer-store.ts'
import { type ObjectKind, NEVER, type StripeObject } from './platform/object-kinds.ts'

/** Whom the merchant sells to. One that was deleted stays as an id. */
export const customerKind: ObjectKind = {
  async render(db, scope, ids) {
    const customers = await findCustomers(db, scope, ids)
    return new Map(
      customers.map((customer) => [customer.id, renderCustomer(customer, scope.mode === 'live')]),
    )
  },
  expandable: {
    default_source: NEVER,
    sources: NEVER,
    subscriptions: NEVER,
    tax_ids: NEVER,
    test_clock: NEVER,
  },
}

function renderCustomer(customer: Customer, livemode: boolean): StripeObject {
  const { id } = customer
  if (customer.deletedMs !== null) return { id, object: 'customer', deleted: true }
  return {
    id,
    object: 'customer',
    address: customer.address,
    balance: 0,
    created: Math.floor(customer.createdMs / 1_000),
    currency: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    invoice_prefix: null,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode,
    metadata: customer.metadata,
    name: customer.name,
    phone: customer.phone,
    preferred_locales: customer.preferredLocales,
    shipping: customer.shipping,
    tax_exempt: 'none',
    test_clock: null,
  }
}
