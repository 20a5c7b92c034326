import { fileURLToPath } from 'node:url'
import { type OpenedPage, openPage } from '../../../tools/with-page.ts'
import type { QueuePlace } from '../queue/bench-queue.ts'
import type { WebQueueName } from './web-queues.ts'

const entry = fileURLToPath(new URL('./web-queue.entry.ts', import.meta.url))

/** The bench page in a browser with a real profile on the disk. */
export interface BrowserSession {
  /** On a page that was just loaded: nothing of an earlier queue is in memory. */
  open(queue: WebQueueName, place: QueuePlace): Promise<void>
  /** Milliseconds from opening to the first record stored. */
  openCold(queue: WebQueueName, place: QueuePlace): Promise<number>
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  /** Bytes of JavaScript objects after a collection. */
  heapUsed(): Promise<number>
  /** The browser process, which leads the group of all its helpers. */
  pid(): Promise<number>
  kill(): void
  close(): Promise<void>
}

export async function openBrowserSession(profile: string): Promise<BrowserSession> {
  const opened = await openPage({ entry, userDataDir: profile })
  const { page } = opened

  async function reload(): Promise<void> {
    await page.reload()
    await page.waitForFunction(() => 'entryModule' in globalThis)
  }

  return {
    async open(queue, place) {
      await reload()
      await opened.call('open', queue, place)
    },
    async openCold(queue, place) {
      await reload()
      return Number(await opened.call('openCold', queue, place))
    },
    call: (name, ...args) => opened.call(name, ...args),
    async heapUsed() {
      const session = await page.context().newCDPSession(page)
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      await session.detach()
      return usedSize
    },
    pid: () => pidOf(opened),
    kill: () => opened.killBrowser(),
    close: () => opened.close(),
  }
}

async function pidOf({ page }: OpenedPage): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer')
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const browser = processInfo.find(({ type }) => type === 'browser')
  if (browser === undefined) throw new Error('the browser does not tell its process')
  return browser.id
}
