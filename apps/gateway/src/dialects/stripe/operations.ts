import type { Operation } from './platform/operation.ts'
import { balanceOperations } from './resources/balance.ts'
import { captureOperations } from './resources/captures.ts'
import { chargeOperations } from './resources/charges.ts'
import { connectionTokenOperations } from './resources/connection-tokens.ts'
import { customerOperations } from './resources/customers.ts'
import { eventOperations } from './resources/events.ts'
import { webhookEndpointOperations } from './resources/webhook-endpoints.ts'
import { disputeOperations } from './resources/disputes.ts'
import { fileOperations } from './resources/files.ts'
import { incrementOperations } from './resources/increments.ts'
import { lineItemOperations } from './resources/line-items.ts'
import { notFromAServerOperations } from './resources/not-from-a-server.ts'
import { paymentIntentOperations } from './resources/payment-intents.ts'
import { payoutOperations } from './resources/payouts.ts'
import { refundOperations } from './resources/refunds.ts'
import { setupIntentOperations } from './resources/setup-intents.ts'
import { configurationOperations } from './resources/terminal-configurations.ts'
import { locationOperations } from './resources/terminal-locations.ts'
import { readerOperations } from './resources/terminal-readers.ts'
import { testHelperOperations } from './resources/test-helpers.ts'

/** Every call of `/v1`. A new resource adds one line. */
export const operations: readonly Operation[] = [
  ...balanceOperations,
  ...captureOperations,
  ...chargeOperations,
  ...connectionTokenOperations,
  ...customerOperations,
  ...eventOperations,
  ...disputeOperations,
  ...fileOperations,
  ...incrementOperations,
  ...lineItemOperations,
  ...notFromAServerOperations,
  ...paymentIntentOperations,
  ...payoutOperations,
  ...refundOperations,
  ...webhookEndpointOperations,
  ...setupIntentOperations,
  ...configurationOperations,
  ...locationOperations,
  ...readerOperations,
  ...testHelperOperations,
]
