import type { Operation } from './platform/operation.ts'
import { balanceOperations } from './resources/balance.ts'
import { chargeOperations } from './resources/charges.ts'
import { customerOperations } from './resources/customers.ts'
import { paymentIntentOperations } from './resources/payment-intents.ts'
import { payoutOperations } from './resources/payouts.ts'
import { refundOperations } from './resources/refunds.ts'

/** Every call of `/v1`. A new resource adds one line. */
export const operations: readonly Operation[] = [
  ...balanceOperations,
  ...chargeOperations,
  ...customerOperations,
  ...paymentIntentOperations,
  ...payoutOperations,
  ...refundOperations,
]
