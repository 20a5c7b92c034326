import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import type { StoredPayment } from '@holdfast/sdk'
import type { World } from './world.ts'

/** After the drain: each tip, capture and refund that stands on a till is with the gateway, once and as it was asked. */
export function judgeFollowUps(world: World): void {
  const { watch, devices, database } = world
  const damaged = new Set(world.damages.map(({ paymentId }) => paymentId))
  const records = new Map<string, string[]>()
  for (const { kind, paymentId, wire, parkedCode } of database.records.values()) {
    if (paymentId === null || parkedCode !== null || !FOLLOW_UPS.has(kind ?? '')) continue
    records.set(paymentId, [...(records.get(paymentId) ?? []), wordOf(wire.header)])
  }
  for (const { name, disk } of new Map(devices.map((device) => [device.disk, device])).values()) {
    for (const payment of disk.image().payments.values()) {
      if (damaged.has(payment.paymentId)) continue
      const there = records.get(payment.paymentId) ?? []
      for (const word of wordsOf(payment)) {
        const times = there.filter((candidate) => candidate === word).length
        // A tip may be written over and come back to what it was.
        if (times === 0 || (times > 1 && !word.startsWith('tip')))
          watch.breach(
            'what was asked after the sale arrives once',
            `${name}: ${word}, ${times} times`,
            payment.paymentId,
          )
      }
      judgeSums(world, name, payment)
    }
  }
}

const FOLLOW_UPS: ReadonlySet<string> = new Set(['tip.closed', 'capture.requested', 'refund.requested'])

function wordsOf({ followUps }: StoredPayment): string[] {
  if (followUps === undefined) return []
  const { tip, capture, refunds } = followUps
  const words = refunds.map(({ refundId, amountMinor }) => `refund ${refundId} of ${amountMinor}`)
  if (capture !== null) words.push(`capture of ${capture.amountMinor}`)
  if (tip !== null) words.push(`tip of ${tip.tipMinor}`)
  return words
}

function wordOf(text: string): string {
  const parsed = recordHeader.safeParse(parseJson(text))
  if (!parsed.success) return 'nothing'
  const { data } = parsed
  if (data.kind === 'tip.closed') return `tip of ${data.tipMinor}`
  if (data.kind === 'capture.requested') return `capture of ${data.amountMinor}`
  return data.kind === 'refund.requested' ? `refund ${data.refund} of ${data.amountMinor}` : 'nothing'
}

function judgeSums({ watch }: World, name: string, { paymentId, money, followUps }: StoredPayment): void {
  if (followUps === undefined) return
  const total = money.amountMinor + (followUps.tip?.tipMinor ?? 0)
  const captured = followUps.capture?.amountMinor ?? total
  const refunded = followUps.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  if (captured > total || refunded > captured)
    watch.breach(
      'no more goes back than came in',
      `${name}: ${refunded} of ${captured} of ${total}`,
      paymentId,
    )
}
