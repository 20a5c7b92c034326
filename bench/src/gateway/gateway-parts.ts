/** The gateway without its HTTP server, as the bench runs it. */
export type { AcquirerPort } from '../../../apps/gateway/src/authoriser/acquirer-port.ts'
export { createAuthoriser } from '../../../apps/gateway/src/authoriser/authoriser.ts'
export { createChangeNotifier } from '../../../apps/gateway/src/change-notifier.ts'
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../apps/gateway/src/database/embedded-postgres.ts'
export { migrate } from '../../../apps/gateway/src/database/migrate.ts'
export { openPool } from '../../../apps/gateway/src/database/open-pool.ts'
export { transaction } from '../../../apps/gateway/src/database/transaction.ts'
export { createDeviceApi, type DeviceAnswer } from '../../../apps/gateway/src/devices/device-api.ts'
export { type LeaseTerms, renewLease } from '../../../apps/gateway/src/devices/make-lease.ts'
export {
  defaultAcquirerProfile,
  type GatewayKeys,
  type GatewayWorld,
} from '../../../apps/gateway/src/gateway-world.ts'
export { createIntake } from '../../../apps/gateway/src/intake/intake.ts'
export { attemptColumns, attemptsToColumns } from '../../../apps/gateway/src/store/attempt-columns.ts'
export type {
  DeviceRow,
  GatewayChange,
  GatewayStore,
  KnownRecord,
} from '../../../apps/gateway/src/store/gateway-store.ts'
export {
  createMemoryGatewayStore,
  newMemoryGatewayState,
} from '../../../apps/gateway/src/store/memory-gateway-store.ts'
export { paymentColumns, paymentToColumns } from '../../../apps/gateway/src/store/payment-columns.ts'
export { createPostgresGatewayStore } from '../../../apps/gateway/src/store/postgres-gateway-store.ts'
export { recordColumns, recordToColumns } from '../../../apps/gateway/src/store/record-columns.ts'
export { arraysOf, namesOf, unnestOf } from '../../../apps/gateway/src/store/sql-rows.ts'
export { createSystemClock } from '../../../apps/gateway/src/system-clock.ts'
export { seedDevice } from '../../../apps/gateway/src/test-support/seed-device.ts'
