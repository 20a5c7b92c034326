import { openNodeTerminal, openSqliteJournalStore } from '@holdfast/sdk/node'
import path from 'node:path'
import type { OpenQueue } from '../queue/bench-queue.ts'
import { type HoldfastPart, holdfastQueue } from '../queue/holdfast-queue.ts'
import { preloadJournal } from '../queue/preload-journal.ts'
import { storeQueue } from '../queue/store-queue.ts'

/** Our SDK on Node: journal in SQLite, key in a file. */
export function openHoldfastNode(part: HoldfastPart): OpenQueue {
  return async ({ name, url }) => {
    const open = () => openNodeTerminal({ dataDir: name, gatewayUrl: url, app: 'bench' })
    const queue = await holdfastQueue(await open(), part)
    return {
      ...queue,
      async preload(count) {
        await queue.append()
        await queue.close()
        const store = openSqliteJournalStore(path.join(name, 'journal.sqlite'))
        await preloadJournal(store, count)
        await store.close()
      },
    }
  }
}

export const openHoldfastNodeStore: OpenQueue = ({ name }) =>
  storeQueue(openSqliteJournalStore(path.join(name, 'journal.sqlite')))
