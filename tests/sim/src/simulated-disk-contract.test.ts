import { journalStoreContract } from '@holdfast/sdk/journal-store-contract'
import type { JournalStore } from '@holdfast/sdk'
import {
  createEngine,
  createFaultCounters,
  createRandom,
  simulatedDisk,
  simulatedProcess,
} from '@holdfast/testing'
import type { DeviceDisk } from './device-disk.ts'

const disks = new Map<string, DeviceDisk>()
const engine = createEngine()

journalStoreContract('the simulated disk', (id) => {
  const disk: DeviceDisk =
    disks.get(id) ??
    simulatedDisk({ engine, random: createRandom(id), counters: createFaultCounters(), name: id })
  disks.set(id, disk)
  return Promise.resolve(onRunningTime(disk.open(simulatedProcess(engine, id))))
})

/** The contract waits for the store alone, so time passes with each call. */
function onRunningTime(store: JournalStore): JournalStore {
  async function pass<T>(asked: Promise<T>): Promise<T> {
    await Promise.allSettled([asked, engine.run(engine.nowMs() + 1_000)])
    return asked
  }
  return {
    head: () => pass(store.head()),
    commit: (expectedVersion, change) => pass(store.commit(expectedVersion, change)),
    records: (query) => pass(store.records(query)),
    payments: (query) => pass(store.payments(query)),
    payment: (paymentId) => pass(store.payment(paymentId)),
    value: (name) => pass(store.value(name)),
    close: () => store.close(),
  }
}
