import type { World } from './world.ts'

/**
 * After the drain: what a till believes to be delivered is there. Its own word is what it deletes by, and what it tells
 * the merchant before the device is thrown away.
 */
export function judgeDelivery({ watch, devices, damages, database }: World): void {
  const held = new Set(database.records.keys())
  const paymentIds = new Set([...database.payments.values()].map(({ story }) => story.paymentId))
  for (const device of devices) {
    const { name, disk } = device
    const { records, payments, values, head } = disk.image()
    const { count = 0, voids = 0, sums = {} } = head?.backlog ?? {}
    const waits = [count, voids, ...Object.values(sums)].filter((number) => number !== 0)
    if (!device.isBroken() && waits.length > 0)
      watch.breach('a till that has delivered all says so', `${name}: ${JSON.stringify(head?.backlog)} wait`)
    const { device: deviceId } = JSON.parse(values.get('enrolment') ?? '{}') as { device: string }
    for (const { seq, hash, verdict } of records.values()) {
      // It may have been on its way when its bytes were damaged; what became of it is judged apart.
      if (damages.some((damage) => damage.seq === seq && damage.device.disk === disk)) continue
      if (verdict?.verdict === 'received' && !held.has(`${deviceId}/${hash}`))
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
