import { openIndexedDbJournalStore, openWebTerminal } from '@holdfast/sdk/web'
import type { OpenQueue } from '../queue/bench-queue.ts'
import { type HoldfastPart, holdfastQueue } from '../queue/holdfast-queue.ts'
import { preloadJournal } from '../queue/preload-journal.ts'
import { storeQueue } from '../queue/store-queue.ts'

/** Our SDK in the browser: journal and key in IndexedDB. */
export function openHoldfastWeb(part: HoldfastPart): OpenQueue {
  return async ({ name, url }) => {
    const databaseName = `${name}-journal`
    const terminal = await openWebTerminal({ gatewayUrl: url, app: 'bench', databaseName })
    const queue = await holdfastQueue(terminal, part)
    return {
      ...queue,
      async preload(count) {
        await queue.append()
        await queue.close()
        const store = await openIndexedDbJournalStore(databaseName)
        await preloadJournal(store, count)
        await store.close()
      },
    }
  }
}

export const openHoldfastWebStore: OpenQueue = async ({ name }) =>
  storeQueue(await openIndexedDbJournalStore(`${name}-store`))
