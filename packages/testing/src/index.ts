export { auditSales } from './audit.ts'
export {
  type AuditAcquirerEntry,
  type AuditAttempt,
  type AuditCode,
  type AuditDevice,
  type AuditDevicePayment,
  type AuditDifference,
  type AuditGatewayPayment,
  type AuditIncrement,
  type AuditGatewayRefund,
  auditGatewayPayment,
  type AuditInput,
  type AuditReport,
} from './audit-input.ts'
export { createEngine, type Engine, type EngineOptions } from './engine.ts'
export { createFaultCounters, type FaultCounters } from './fault-counters.ts'
export { createRandom, type Random } from './random.ts'
export { type MachineTime, machineTime, simulatedClock, trueMs, WORLD_BEGAN_MS } from './simulated-clock.ts'
export { type CryptoSuite, fastCryptoSuite, realCryptoSuite } from './simulated-crypto.ts'
export {
  type DiskChange,
  type DiskFaults,
  type DiskImage,
  NO_DISK_FAULTS,
  type SimulatedDisk,
  simulatedDisk,
} from './simulated-disk.ts'
export {
  type LinkState,
  type NetworkFaults,
  NO_NETWORK_FAULTS,
  type ServerAnswer,
  type ServerDialogue,
  type SimulatedLink,
  simulatedLink,
  type SimulatedRequest,
} from './simulated-network.ts'
export { never, type SimulatedProcess, simulatedProcess } from './simulated-process.ts'
export {
  NO_WIRE_FAULTS,
  type SimulatedWire,
  simulatedWire,
  type WireConnection,
  type WireFaults,
} from './simulated-wire.ts'
