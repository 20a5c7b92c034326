import { balanceTransactionsSource } from '../../../ledger/balance-transaction-queries.ts'
import { type Operation, read, viewingOf } from '../platform/operation.ts'
import { currency, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'
import { renderBalance } from '../render-balance.ts'

const object = 'balance_transaction'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const filters = {
  currency: currency().optional(),
  payout: text().optional(),
  source: text().optional(),
  type: text().optional(),
}

/** The same resource under the name that Stripe gave it first. */
const paths = ['/balance_transactions', '/balance/history'] as const

export const balanceOperations: readonly Operation[] = [
  read({
    path: '/balance',
    needs: { resource: 'balance', access: 'read' },
    parameters: {},
    run: async (context) => ({ body: await renderBalance(context.pool, viewingOf(context)) }),
  }),
  ...paths.flatMap((path) => [
    list({
      ...reads,
      path,
      filters,
      source: ({ scope }, { currency = null, payout = null, source = null, type = null }) =>
        balanceTransactionsSource(scope, { currency, payout, source, type }),
    }),
    retrieve({ ...reads, path: `${path}/:id` }),
  ]),
]
