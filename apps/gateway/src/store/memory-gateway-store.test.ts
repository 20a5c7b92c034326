import { gatewayStoreContract } from '../store-contract/gateway-store-contract.ts'
import { createMemoryGatewayStore, newMemoryGatewayState } from './memory-gateway-store.ts'

gatewayStoreContract('memory', () => {
  const state = newMemoryGatewayState()
  return Promise.resolve({
    store: createMemoryGatewayStore(state),
    addDevice(device) {
      state.devices.set(device.deviceId, device)
      return Promise.resolve()
    },
  })
})
