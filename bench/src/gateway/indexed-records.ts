import type { GatewayStore } from '@holdfast/gateway'

/**
 * The memory store looks through all records of all devices for each batch, which is right for the simulation's few and
 * would be all that a bench of 20 000 measures. A database has an index there, and so has this.
 */
export function indexedRecords(store: GatewayStore): GatewayStore {
  const byHash = new Map<string, KnownRecord>()
  const byPrev = new Map<string, KnownRecord>()
  const key = (deviceId: string, hash: string) => `${deviceId}/${hash}`
  return {
    ...store,
    knownRecords(deviceId, { hashes, prevs }) {
      const found = new Map<string, KnownRecord>()
      for (const hash of hashes) keep(byHash.get(key(deviceId, hash)))
      for (const prev of prevs) keep(byPrev.get(key(deviceId, prev)))
      return Promise.resolve([...found.values()])

      function keep(record: KnownRecord | undefined): void {
        if (record !== undefined) found.set(record.hash, record)
      }
    },
    async commit(change) {
      const committed = await store.commit(change)
      if (committed !== 'committed') return committed
      for (const { deviceId, hash, prev, parkedCode } of change.records ?? []) {
        const record = { hash, prev, parkedCode }
        if (!byHash.has(key(deviceId, hash))) byHash.set(key(deviceId, hash), record)
        // A bench device writes one chain, so that one successor is all there is.
        if (prev !== null) byPrev.set(key(deviceId, prev), record)
      }
      return committed
    },
  }
}

type KnownRecord = Awaited<ReturnType<GatewayStore['knownRecords']>>[number]
