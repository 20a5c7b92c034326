import { beginGeneration } from '@holdfast/gateway'
import type { Random } from '@holdfast/testing'
import { restoreSnapshot, takeSnapshot } from './database-snapshot.ts'
import type { World } from './world.ts'

/** A backup is taken in the first half of the day and put back later; the generation rises, as the book says. */
export function planGatewayRestore(
  { engine, counters, database, gateways, rewind }: World,
  draw: Random,
  endMs: number,
): void {
  const nowMs = engine.nowMs()
  const backupMs = draw.int(1, Math.floor((endMs - nowMs) / 2))
  const lostMs = draw.int(1_000, endMs - nowMs - backupMs)
  engine.after(backupMs, 'backup', () => {
    const backup = takeSnapshot(database)
    engine.tell('the gateway is backed up')
    engine.after(lostMs, 'restore', () => {
      for (const gateway of gateways) gateway.process()?.kill('the database is lost')
      restoreSnapshot(database, backup)
      beginGeneration(database)
      rewind.gateway()
      counters.hit('gateway.restored')
      engine.tell('the gateway is restored')
    })
  })
}

/** A copy of the first till's disk is put back later: from there on its chain forks. */
export function planTillRestore(
  { engine, counters, devices, rewind }: World,
  draw: Random,
  endMs: number,
): void {
  const nowMs = engine.nowMs()
  const copyMs = draw.int(1, Math.floor((endMs - nowMs) / 2))
  const lostMs = draw.int(1_000, endMs - nowMs - copyMs)
  const [device] = devices
  engine.after(copyMs, 'copy', () => {
    const copy = device?.disk.snapshot()
    engine.after(lostMs, 'restore', () => {
      if (device === undefined || copy === undefined) return
      for (const tab of devices) if (tab.disk === device.disk) tab.process()?.kill('the machine is restored')
      device.disk.restore(copy)
      rewind.device(device)
      counters.hit('device.restored')
    })
  })
}
