import { offline } from '@redux-offline/redux-offline'
import * as fs from 'node:fs'
import path from 'node:path'
import { createStore, type Store } from 'redux'
import { type OpenQueue, timed } from '../queue/bench-queue.ts'
import { newPaymentRecord } from '../queue/payment-record.ts'
import { requestOf } from '../queue/send-record.ts'

/**
 * @redux-offline with its own effect, retry, discard and persist. Node has no localStorage, so a file per key takes its
 * place; `flushed` flushes it before it counts as written. "Done" is the moment when the whole state with the record in
 * it is written: its own dispatch promises nothing but memory.
 */
export function openReduxOffline({ flushed }: { flushed: boolean }): OpenQueue {
  return async ({ name, url }) => {
    fs.mkdirSync(name, { recursive: true })
    const storage = fileStorage(name, flushed)
    let setOnline = (_online: boolean): void => undefined
    const store = await new Promise<Store<BenchState>>((resolve) => {
      const enhance = offline({
        persistOptions: { storage },
        detectNetwork(callback) {
          setOnline = callback
          callback(false)
        },
        // Called once what an earlier process wrote is in the store.
        persistCallback: () => setImmediate(() => resolve(created)),
      })
      const created = enhance(createStore)<BenchState>(keepState, {}, (next) => next)
    })
    const outbox = () => store.getState().offline?.outbox ?? []
    const acknowledged: string[] = []

    function dispatch(): string {
      const action = actionOf(url)
      store.dispatch(action)
      return action.id
    }

    return {
      acknowledged,
      async append() {
        const written = storage.nextWrite()
        let id = ''
        const tookMs = await timed(async () => {
          id = dispatch()
          await written
        })
        acknowledged.push(id)
        return tookMs
      },
      async fill(count) {
        const ids = Array.from({ length: count }, dispatch)
        await storage.nextWrite()
        acknowledged.push(...ids)
      },
      async preload(count) {
        const preloaded = Array.from({ length: count }, (_, at) => {
          const action = actionOf(url)
          return { ...action, meta: { ...action.meta, transaction: at + 1 } }
        })
        const state = { ...store.getState().offline, outbox: preloaded, lastTransaction: count }
        fs.writeFileSync(path.join(name, STATE_KEY), JSON.stringify(state))
      },
      async drain() {
        setOnline(true)
        while (outbox().length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
        setOnline(false)
        await storage.nextWrite()
      },
      waiting: () => Promise.resolve(outbox().map(({ id }) => id)),
      close: () => Promise.resolve(),
    }
  }
}

/** The library lays its own part over the app's state, which is empty here. */
interface BenchState {
  readonly offline?: { readonly outbox: readonly { readonly id: string }[] }
}

/** The name of redux-persist 4 for the part of the state that is the outbox. */
const STATE_KEY = 'reduxPersist:offline'

function keepState<State>(state: State): State {
  return state
}

function actionOf(url: string) {
  const record = newPaymentRecord()
  const { method, headers } = requestOf(record)
  const ended = { completed: true, success: true }
  return {
    type: 'payment',
    id: record.id,
    meta: {
      offline: {
        effect: { url, method, headers, json: record },
        commit: { type: 'payment/sent', meta: ended },
        rollback: { type: 'payment/given up', meta: { ...ended, success: false } },
      },
    },
  }
}

function fileStorage(folder: string, flushed: boolean) {
  let waiting: (() => void)[] = []
  return {
    getAllKeys: (done: (error: unknown, keys: string[]) => void) => done(null, fs.readdirSync(folder)),
    getItem(key: string, done: (error: unknown, text: string) => void) {
      done(null, fs.readFileSync(path.join(folder, key), 'utf8'))
    },
    setItem(key: string, text: string, done: (error: unknown) => void) {
      writeWhole(path.join(folder, key), text, flushed)
      done(null)
      if (key !== STATE_KEY) return
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    removeItem(key: string, done: (error: unknown) => void) {
      fs.rmSync(path.join(folder, key), { force: true })
      done(null)
    },
    /** Resolves when the outbox is next written. */
    nextWrite: () => new Promise<void>((resolve) => waiting.push(resolve)),
  }
}

/** Never half a file, also when the process dies in between. */
function writeWhole(file: string, text: string, flushed: boolean): void {
  const scratch = path.join(path.dirname(path.dirname(file)), `${path.basename(path.dirname(file))}.tmp`)
  const handle = fs.openSync(scratch, 'w')
  fs.writeSync(handle, text)
  if (flushed) fs.fdatasyncSync(handle)
  fs.closeSync(handle)
  fs.renameSync(scratch, file)
}
