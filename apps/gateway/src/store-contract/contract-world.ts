import type { DeviceRow, GatewayStore } from '../store/gateway-store.ts'

export interface ContractWorld {
  readonly store: GatewayStore
  addDevice(device: DeviceRow): Promise<void>
}
