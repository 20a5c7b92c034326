import type { Operation } from './platform/operation.ts'
import { chargeOperations } from './resources/charges.ts'
import { customerOperations } from './resources/customers.ts'
import { paymentIntentOperations } from './resources/payment-intents.ts'

/** Every call of `/v1`. A new resource adds one line. */
export const operations: readonly Operation[] = [
  ...chargeOperations,
  ...customerOperations,
  ...paymentIntentOperations,
]
