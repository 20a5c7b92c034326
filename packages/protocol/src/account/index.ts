/** The account API, `/account/v1`: schemas, operations and the client, one file per noun. */
export {
  type AccountClient,
  type AccountClientOptions,
  type AccountReply,
  createAccountClient,
} from './account-client.ts'
export { type AccountDevice } from './account-devices.ts'
export { type AccountPayment, accountPaymentsQuery } from './account-payments.ts'
export { type AtRisk, type Exposure } from './exposure.ts'
export { type OfflinePolicy, offlinePolicyChange, type OfflinePolicyChange } from './offline-policy.ts'
export { type AccountOperation, accountOperations } from './operations.ts'
export { type Recovery } from './recovery.ts'
export { type Review } from './review.ts'
