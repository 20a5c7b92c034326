import type { MemoryGatewayState } from '@holdfast/gateway'

export type DatabaseSnapshot = MemoryGatewayState

/** Rows are never changed in place, so copies of the tables are a backup. */
export function takeSnapshot(state: MemoryGatewayState): DatabaseSnapshot {
  return {
    devices: new Map(state.devices),
    records: new Map(state.records),
    reviews: new Map(state.reviews),
    payments: new Map(state.payments),
    voids: new Map(state.voids),
    feeds: new Map(state.feeds),
    events: new Map(state.events),
    tasks: new Map(state.tasks),
    links: new Map(state.links),
    generation: state.generation,
  }
}

/** Everything since the snapshot is gone. A backup that is restored by the book raises the generation afterwards. */
export function restoreSnapshot(state: MemoryGatewayState, snapshot: DatabaseSnapshot): void {
  refill(state.devices, snapshot.devices)
  refill(state.records, snapshot.records)
  refill(state.reviews, snapshot.reviews)
  refill(state.payments, snapshot.payments)
  refill(state.voids, snapshot.voids)
  refill(state.feeds, snapshot.feeds)
  refill(state.events, snapshot.events)
  refill(state.tasks, snapshot.tasks)
  refill(state.links, snapshot.links)
}

function refill<Key, Row>(table: Map<Key, Row>, from: ReadonlyMap<Key, Row>): void {
  table.clear()
  for (const [key, row] of from) table.set(key, row)
}
