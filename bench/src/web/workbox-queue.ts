import { Queue } from 'workbox-background-sync'
import { type OpenQueue, timed } from '../queue/bench-queue.ts'
import { newPaymentRecord, type PaymentRecord } from '../queue/payment-record.ts'
import { requestOf } from '../queue/send-record.ts'
import { addAll, forceStrict, resultOf } from './idb.ts'

/**
 * workbox-background-sync with its own replay. It asks `self.registration` for background sync; in a page there is none,
 * so that it takes its documented fallback. Replay is called again at once whenever it gives up: kinder than any browser.
 */
export function openWorkbox({ strict }: { strict: boolean }): OpenQueue {
  return async ({ name, url }) => {
    if (!('registration' in self)) Object.assign(self, { registration: {} })
    const release = strict ? forceStrict() : () => undefined
    // Its constructor would replay what waits from before.
    const queue = new Queue(name, { onSync: () => Promise.resolve() })
    const acknowledged: string[] = []
    return {
      acknowledged,
      async append() {
        const record = newPaymentRecord()
        const request = new Request(url, requestOf(record))
        const tookMs = await timed(() => queue.pushRequest({ request }))
        acknowledged.push(record.id)
        return tookMs
      },
      async preload(count) {
        await queue.size()
        const database = await resultOf(indexedDB.open('workbox-background-sync'))
        const entries = Array.from({ length: count }, () => entryOf(name, url))
        await addAll(database, 'requests', entries)
        database.close()
      },
      async drain() {
        for (;;) {
          try {
            await queue.replayRequests()
            return
          } catch {
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        }
      },
      async waiting() {
        const entries = await queue.getAll()
        const records: PaymentRecord[] = await Promise.all(entries.map(({ request }) => request.json()))
        return records.map(({ id }) => id)
      },
      async close() {
        release()
      },
    }
  }
}

/** As its own `pushRequest` writes it. */
function entryOf(queueName: string, url: string) {
  const { method, headers, body } = requestOf(newPaymentRecord())
  const requestData = {
    url,
    method,
    headers,
    body: new TextEncoder().encode(body).buffer,
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: 'about:client',
    referrerPolicy: '',
    integrity: '',
    keepalive: false,
  }
  return { queueName, requestData, timestamp: Date.now() }
}
