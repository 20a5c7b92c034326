import { webCrypto } from '@holdfast/envelope/web'
import type { ReaderDriver } from '../reader-driver.ts'
import { errorTable } from '@holdfast/protocol'
import { createTerminal } from '../terminal/terminal.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { openIndexedDbJournalStore } from './indexed-db-journal-store.ts'
import { noted } from './lost-storage.ts'
import { keepsTornLogs, retireWriteLog } from './retire-write-log.ts'
import {
  persistStorage,
  loadOrMakeWebKey,
  webClock,
  webHints,
  webNetwork,
  webReachability,
} from './web-platform.ts'

export { openIndexedDbJournalStore } from './indexed-db-journal-store.ts'
export { acknowledgeLostStorage, StorageLost, type LostStorage } from './lost-storage.ts'
export {
  holdTillLock,
  loadOrMakeWebKey,
  persistStorage,
  webClock,
  webHints,
  webNetwork,
  webReachability,
} from './web-platform.ts'

export interface WebTerminalOptions {
  readonly gatewayUrl: string
  /** Program and version. */
  readonly app: string
  readonly databaseName?: string
  /** Addresses that have nothing to do with the gateway, to tell an internet outage from a service outage. */
  readonly reachabilityTargets?: readonly string[]
  /** How readers are found; without one, `useReader` names the reader. */
  readonly readerDrivers?: readonly ReaderDriver[]
  /**
   * True: nothing is taken offline unless the browser has promised to keep this page's storage; it is asked for that
   * either way. Browsers promise it to installed apps and to pages that are used often.
   */
  readonly requirePersistentStorage?: boolean
}

/**
 * A terminal in the browser: journal and key in IndexedDB. Rejects when the store cannot be opened or trusted, with
 * `StorageLost` when this page was an enrolled till and the browser has emptied its journal.
 */
export async function openWebTerminal(options: WebTerminalOptions): Promise<Terminal> {
  const { gatewayUrl, app, databaseName = 'holdfast', reachabilityTargets, readerDrivers = [] } = options
  const isPersistent = await persistStorage().catch(() => false)
  const atRisk = options.requirePersistentStorage === true && !isPersistent
  if (keepsTornLogs()) await retireWriteLog(`${databaseName}-log`).catch(() => undefined)
  const key = await loadOrMakeWebKey(`${databaseName}-keys`).catch(unavailable)
  const store = await openIndexedDbJournalStore(databaseName)
  const probes =
    reachabilityTargets === undefined ? {} : { reachability: webReachability(reachabilityTargets) }
  try {
    return await createTerminal({
      store: await noted(store, databaseName),
      crypto: webCrypto,
      key,
      clock: webClock(),
      network: webNetwork(gatewayUrl),
      hints: webHints(),
      app,
      storeName: 'indexed-db',
      readerDrivers,
      ...(atRisk ? { storageRefusal: 'storage_not_persistent' as const } : {}),
      ...probes,
    })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The page may keep nothing at all (a private window, storage that is blocked): its code says what to do. */
export class StorageUnavailable extends Error {
  readonly code = 'storage_unavailable'

  constructor(cause: unknown) {
    super(errorTable.storage_unavailable.message, { cause })
  }
}

function unavailable(cause: unknown): never {
  throw new StorageUnavailable(cause)
}
