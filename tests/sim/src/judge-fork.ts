import type { DeviceDisk } from './device-disk.ts'
import type { World } from './world.ts'

/**
 * After the drain of a day on which one chain got two branches: every record of either is kept, and where both wrote and
 * something of it still waits for a person, the gateway shows the device as forked and neither branch takes sales.
 */
export function judgeFork({ watch, counters, devices, database }: World): void {
  for (const [deviceId, branches] of branchesOf(devices)) {
    for (const disk of branches) {
      for (const { seq, hash, verdict } of disk.image().records.values())
        if (verdict !== null && !database.records.has(`${deviceId}/${hash}`))
          watch.breach('both branches of a fork are kept', `${deviceId}: record ${seq} of one of them is not`)
    }
    const [one, other] = branches
    if (one === undefined || other === undefined || !isForked(one, other)) continue
    if (isDecided(database, deviceId)) continue
    counters.hit('state.clone_frozen')
    if (database.devices.get(deviceId)?.forked !== true)
      watch.breach('a fork is frozen and shown', `${deviceId} has two branches and is not shown as forked`)
    if (branches.some((disk) => !isFrozen(disk)))
      watch.breach('a fork is frozen and shown', `${deviceId}: one of its branches is not frozen`)
  }
}

/** Each branch hears of it with its next look at the feed; null once all have. */
export function notYetFrozen({ devices, database }: World): string | null {
  for (const [deviceId, [one, other]] of branchesOf(devices)) {
    if (one === undefined || other === undefined || !isForked(one, other)) continue
    if (isDecided(database, deviceId)) continue
    if (!isFrozen(one) || !isFrozen(other)) return `${deviceId} has a branch that is not frozen`
  }
  return null
}

/** What was decided on a payment reaches the till that shows it as kept for review; null once all has. */
export function notYetTold({ devices, database }: World): string | null {
  const decided = [...database.records.values()].filter(
    ({ kind, decision = null }) => kind === 'payment.accepted' && decision !== null,
  )
  for (const { name, disk } of devices) {
    const { records, payments } = disk.image()
    const own = new Set([...records.values()].map(({ hash }) => hash))
    for (const { hash, paymentId, decision } of decided)
      if (own.has(hash) && payments.get(paymentId ?? '')?.state === 'FAILED_TO_UPLOAD')
        return `${name} has not heard that ${paymentId} is ${decision}`
  }
  return null
}

/** Somebody has been through all of it: the merchant has made sure that there is one till again. */
function isDecided(database: World['database'], deviceId: string): boolean {
  const parked = [...database.records.values()].filter(
    (record) => record.deviceId === deviceId && record.parkedCode === 'record_fork',
  )
  return parked.length > 0 && parked.every(({ decision = null }) => decision !== null)
}

function branchesOf(devices: World['devices']): ReadonlyMap<string, DeviceDisk[]> {
  const disks = new Map<string, DeviceDisk[]>()
  for (const disk of new Set(devices.map((device) => device.disk))) {
    const { device } = JSON.parse(disk.image().values.get('enrolment') ?? '{}') as { device: string }
    disks.set(device, [...(disks.get(device) ?? []), disk])
  }
  return disks
}

function isFrozen(disk: DeviceDisk): boolean {
  return (disk.image().values.get('frozen') ?? '').includes('journal_forked')
}

function isForked(one: DeviceDisk, other: DeviceDisk): boolean {
  const [a, b] = [one.image().records, other.image().records]
  return [...a].some(([seq, { hash }]) => b.has(seq) && b.get(seq)?.hash !== hash)
}
