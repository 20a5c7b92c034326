import type { RecordRow } from './gateway-store.ts'
import type { SqlRow } from '../database/sql-rows.ts'

export const recordColumns = {
  account: 'text',
  device: 'text',
  hash: 'text',
  epoch: 'text',
  seq: 'bigint',
  prev: 'text',
  kind: 'text',
  payment: 'text',
  header: 'text',
  signature: 'text',
  sealed: 'text',
  contact: 'text',
  parked_code: 'text',
  received_ms: 'bigint',
} as const

export function recordToColumns(record: RecordRow): SqlRow<typeof recordColumns> {
  return {
    account: record.account,
    device: record.deviceId,
    hash: record.hash,
    epoch: record.epoch,
    seq: record.seq,
    prev: record.prev,
    kind: record.kind,
    payment: record.paymentId,
    header: record.wire.header,
    signature: record.wire.signature,
    sealed: record.wire.sealed,
    contact: record.wire.contact,
    parked_code: record.parkedCode,
    received_ms: record.receivedMs,
  }
}
