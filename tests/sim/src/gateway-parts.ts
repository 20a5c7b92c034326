/** The gateway without its database and its HTTP server: what the simulation runs. */
export { createAuthoriser } from '../../../apps/gateway/src/authoriser/authoriser.ts'
export { createIso8583Acquirer } from '../../../apps/gateway/src/authoriser/iso8583-acquirer.ts'
export { createChangeNotifier } from '../../../apps/gateway/src/change-notifier.ts'
export { createDeviceApi } from '../../../apps/gateway/src/devices/device-api.ts'
export { type LeaseTerms, renewLease } from '../../../apps/gateway/src/devices/make-lease.ts'
export {
  type AcquirerProfile,
  defaultAcquirerProfile,
  type GatewayKeys,
  type GatewayWorld,
} from '../../../apps/gateway/src/gateway-world.ts'
export type {
  DeviceRow,
  GatewayChange,
  GatewayStore,
  PaymentRow,
} from '../../../apps/gateway/src/store/gateway-store.ts'
export {
  createMemoryGatewayStore,
  type MemoryGatewayState,
  newMemoryGatewayState,
} from '../../../apps/gateway/src/store/memory-gateway-store.ts'
