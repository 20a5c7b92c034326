/** What the simulation runs on virtual time: the same intake, authoriser and device API over the memory store. */
export type {
  AcquirerAnswer,
  AcquirerPort,
  AuthorisationMessage,
  MessageIdentity,
  ReversalMessage,
  SendLimits,
} from './acquirer/acquirer-port.ts'
export {
  type AcquirerProfile,
  acquirerProfileOf,
  defaultAcquirerProfile,
} from './acquirer/acquirer-profile.ts'
export { type Authoriser, createAuthoriser } from './authoriser/authoriser.ts'
export { createIso8583Acquirer, type Iso8583Acquirer } from './acquirer/iso8583-acquirer.ts'
export type { MoneyTask } from './money/money-task.ts'
export { createChangeNotifier } from './ports/change-notifier.ts'
export { defaultOfflineTerms, LEASE_VALID_FOR_MS } from './devices/default-offline-terms.ts'
export { createDeviceApi, type DeviceAnswer, type DeviceRequest } from './devices/device-api.ts'
export { type LeaseTerms, renewLease } from './devices/make-lease.ts'
export type { ChangeNotifier } from './ports/change-notifier.ts'
export type { GatewayKeys } from './ports/gateway-keys.ts'
export type { GatewayWorld } from './world/gateway-world.ts'
export type { Log } from './ports/log.ts'
export { retrievalReference } from './acquirer/retrieval-reference.ts'
export { OUTCOME_LOST } from './payments/attention.ts'
export { decideReview } from './review/decide-review.ts'
export { resolveLostOutcome } from './review/resolve-lost-outcome.ts'
export type { ReviewDecision } from './review/review-decision.ts'
export type {
  DeviceRow,
  EventRow,
  GatewayChange,
  GatewayStore,
  PaymentRow,
  RecordRow,
} from './store/gateway-store.ts'
export {
  createMemoryGatewayStore,
  type MemoryGatewayState,
  beginGeneration,
  newMemoryGatewayState,
} from './store/memory-gateway-store.ts'
