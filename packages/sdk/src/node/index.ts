import { nodeCrypto } from '@holdfast/envelope/node'
import path from 'node:path'
import type { ReaderDriver } from '../reader-driver.ts'
import { createTerminal } from '../terminal/terminal.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { nodeNetwork, nodeReachability } from './node-network.ts'
import { loadOrMakeKey, nodeClock } from './node-platform.ts'
import { openSqliteJournalStore } from './sqlite-journal-store.ts'

export { nodeNetwork, nodeReachability } from './node-network.ts'
export { loadOrMakeKey, nodeClock } from './node-platform.ts'
export { openSqliteJournalStore } from './sqlite-journal-store.ts'

export interface NodeTerminalOptions {
  /** Journal and key live here; only this user may read them. */
  readonly dataDir: string
  readonly gatewayUrl: string
  /** Program and version. */
  readonly app: string
  /** Addresses that have nothing to do with the gateway, to tell an internet outage from a service outage. */
  readonly reachabilityTargets?: readonly string[]
  /** How readers are found; without one, `useReader` names the reader. */
  readonly readerDrivers?: readonly ReaderDriver[]
}

/** A terminal on Node: the journal in SQLite, the key in a file. Throws when the store cannot be trusted. */
export async function openNodeTerminal(options: NodeTerminalOptions): Promise<Terminal> {
  const { dataDir, gatewayUrl, app, reachabilityTargets, readerDrivers = [] } = options
  const key = loadOrMakeKey(path.join(dataDir, 'device.key'))
  const store = openSqliteJournalStore(path.join(dataDir, 'journal.sqlite'))
  const probes =
    reachabilityTargets === undefined ? {} : { reachability: nodeReachability(reachabilityTargets) }
  try {
    return await createTerminal({
      store,
      crypto: nodeCrypto,
      key,
      clock: nodeClock(),
      network: nodeNetwork(gatewayUrl),
      app,
      storeName: 'sqlite',
      readerDrivers,
      ...probes,
    })
  } catch (error) {
    await store.close()
    throw error
  }
}
