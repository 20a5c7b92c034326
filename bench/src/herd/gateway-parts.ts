/** The gateway's own test device and rows, which its package keeps to itself. */
export { sampleDevice, sampleId } from '../../../apps/gateway/src/test-support/sample-rows.ts'
export { seedDevice } from '../../../apps/gateway/src/test-support/seed-device.ts'
export { createTestDevice, type TestDevice } from '../../../apps/gateway/src/test-support/test-device.ts'
