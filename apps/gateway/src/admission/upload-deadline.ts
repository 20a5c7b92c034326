import { parseJson } from '@holdfast/envelope'
import { lease, recordTimes } from '@holdfast/protocol'
import * as z from 'zod'
import type { DeviceRow } from '../store/gateway-store.ts'

/** Where a device has no lease, as soon as any default would have it. */
const WINDOW_MS = 24 * 3_600_000

const first = z.looseObject({ header: z.string() })
const timed = z.looseObject({ times: recordTimes })

/**
 * When the oldest of what a device brings is too late, by its lease: the order in which devices are let in. It is the
 * device's own word, unverified, and decides about nothing else.
 */
export function uploadDeadlineMs(device: DeviceRow, records: readonly unknown[], nowMs: number): number {
  const record = first.safeParse(records[0])
  const header = record.success ? timed.safeParse(parseJson(record.data.header)) : null
  const oldestMs = header?.success === true ? Math.min(nowMs, header.data.times.wallMs) : nowMs
  return oldestMs + windowMs(device)
}

function windowMs(device: DeviceRow): number {
  const held = device.lease === null ? null : lease.safeParse(parseJson(device.lease.payload))
  const windows =
    held?.success === true ? Object.values(held.data.kinds).map((kind) => kind.uploadWindowMs) : []
  return windows.length === 0 ? WINDOW_MS : Math.min(...windows)
}
