import type { World } from './world.ts'

/**
 * After the drain: what a till believes to be delivered is there. Its own word is what it deletes by, and what it tells
 * the merchant before the device is thrown away.
 */
export function judgeDelivery({ watch, devices, damages, database }: World): void {
  const held = new Set(database.records.keys())
  const paymentIds = new Set([...database.payments.values()].map(({ story }) => story.paymentId))
  for (const { name, disk } of devices) {
    const { records, payments, values } = disk.image()
    const { device } = JSON.parse(values.get('enrolment') ?? '{}') as { device: string }
    for (const { seq, hash, verdict } of records.values()) {
      // It may have been on its way when its bytes were damaged; what became of it is judged apart.
      if (damages.some((damage) => damage.seq === seq && damage.device.disk === disk)) continue
      if (verdict?.verdict === 'received' && !held.has(`${device}/${hash}`))
        watch.breach('what a till takes for delivered is with the gateway', `${name}: record ${seq} is not`)
    }
    for (const { paymentId, state } of payments.values()) {
      if (DELIVERED.has(state) && !paymentIds.has(paymentId))
        watch.breach(
          'each accepted sale is a payment of its own at the gateway',
          `${name}: it is ${state} here and unknown there`,
          paymentId,
        )
    }
  }
}

const DELIVERED: ReadonlySet<string> = new Set([
  'ACCEPTED_ONLINE',
  'UPLOADED',
  'PROCESSED',
  'FAILED_TO_PROCESS',
])
