/** The gateway's own test device and rows, which its package keeps to itself. */
export { storeApiKey } from '../../../apps/gateway/src/api-keys/api-keys.ts'
export { insertPayments } from '../../../apps/gateway/src/test-support/many-payments.ts'
export { sampleDevice, sampleId } from '../../../apps/gateway/src/test-support/sample-rows.ts'
export { seedDevice } from '../../../apps/gateway/src/test-support/seed-device.ts'
export { createTestDevice, type TestDevice } from '../../../apps/gateway/src/test-support/test-device.ts'
