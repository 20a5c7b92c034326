import { readBalances } from '../../../ledger/balance.ts'
import { balanceTransactionsSource } from '../../../ledger/balance-transaction-queries.ts'
import { type Operation, read } from '../platform/operation.ts'
import { currency, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

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
    async run({ pool, scope, world }) {
      const balances = await readBalances(pool, scope, world.clock.wallMs())
      const amounts = (of: 'availableMinor' | 'pendingMinor') =>
        balances.map((balance) => ({
          amount: balance[of],
          currency: balance.currency,
          source_types: { card: balance[of] },
        }))
      const body = {
        object: 'balance',
        available: amounts('availableMinor'),
        livemode: scope.mode === 'live',
        pending: amounts('pendingMinor'),
      }
      return { body }
    },
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
