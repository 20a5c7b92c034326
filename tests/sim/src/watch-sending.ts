import { parseJson } from '@holdfast/envelope'
import { onlineAttemptRequest, recordHeader } from '@holdfast/protocol'
import type { SimulatedRequest } from '@holdfast/testing'
import type { DeviceDisk } from './device-disk.ts'
import type { Watch } from './watch.ts'

/**
 * Looks at what leaves a till at the moment when it leaves: an issuer that was asked by a till which does not know that
 * it has asked may have approved what nobody will ever end (DESIGN §3.3).
 */
export function watchSending(
  watch: Watch,
  name: string,
): (request: SimulatedRequest, disk: DeviceDisk) => void {
  return ({ method, path, body }, disk) => {
    if (method !== 'POST' || path !== '/device/v1/attempts') return
    const asked = onlineAttemptRequest.safeParse(parseJson(body ?? ''))
    const header = asked.success ? recordHeader.safeParse(parseJson(asked.data.record.header)) : null
    if (!asked.success || header?.success !== true) return
    const kept = disk.image().records.get(header.data.seq)
    if (kept?.wire.header === asked.data.record.header) return
    const paymentId = 'payment' in header.data ? header.data.payment : undefined
    watch.breach(
      'nothing is asked online without a trace on the disk',
      `${name} sends an attempt as record ${header.data.seq}, which its disk does not hold`,
      paymentId,
    )
  }
}
