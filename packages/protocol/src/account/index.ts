/** The account API, `/account/v1`: schemas, operations and the client, one file per noun. */
export { type AccountReply } from './account-ask.ts'
export { type AccountClient, type AccountClientOptions, createAccountClient } from './account-client.ts'
export { type AccountDevice, type AccountLease, type DeviceTermsChange } from './account-devices.ts'
export { type AccountPayment, type AccountPaymentsQuery } from './account-payments.ts'
export { type AccountBatch, type AccountBatchesQuery, type AccountBatchTicket } from './batches.ts'
export {
  type DayAdjustment,
  type DayClose,
  type DayCloses,
  type DayClosesQuery,
  type DayReport,
  type DayReportAnswer,
  type DayTotals,
} from './day-closes.ts'
export { type AtRisk, type Exposure } from './exposure.ts'
export { type OfflinePolicy, type OfflinePolicyChange } from './offline-policy.ts'
export { type AccountOperation, accountOperations, type AccountOperationId } from './operations.ts'
export { type AccountOrder, type AccountOrdersQuery, type OrderCancel, type OrderCreate } from './orders.ts'
export { type PaymentMethods, type PaymentMethodsChange } from './payment-methods.ts'
export { type Recovery } from './recovery.ts'
export {
  type AccountReviewDecision,
  type DeviceReviewed,
  type Review,
  type ReviewDecisionsQuery,
  type ReviewResolve,
} from './review.ts'
