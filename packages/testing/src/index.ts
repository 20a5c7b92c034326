export { auditSales } from './audit.ts'
export {
  type AuditAcquirerEntry,
  type AuditAttempt,
  type AuditCode,
  type AuditDevice,
  type AuditDevicePayment,
  type AuditDifference,
  type AuditGatewayPayment,
  auditGatewayPayment,
  type AuditInput,
  type AuditReport,
} from './audit-input.ts'
