import type { Clock, SigningKey } from '@holdfast/core'
import { generateWebKeyPair, webSigningKey } from '@holdfast/envelope/web'
import { fetchNetwork } from '../fetch-network.ts'
import type { Network } from '../network.ts'
import type { PlatformHints, ReachabilityTarget } from '../platform-hints.ts'
import { done, openDatabase, resultOf } from './indexed-db.ts'

/** The browser's clock. Monotonic time begins anew with each page, so each page is a boot of its own. */
export function webClock(): Clock {
  const bootId = crypto.randomUUID()
  return {
    bootId,
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    utcOffsetMin: () => -new Date().getTimezoneOffset(),
    timer(delayMs, task) {
      const timer = setTimeout(task, delayMs)
      return () => clearTimeout(timer)
    },
  }
}

/** The way to the gateway over `fetch`. A browser does not tell why it failed; that it has no link it does tell. */
export function webNetwork(gatewayUrl: string): Network {
  return fetchNetwork(gatewayUrl, {
    fetch: (url, init) => fetch(url, init),
    timeout: (timeoutMs) => AbortSignal.timeout(timeoutMs),
    nowMs: () => Date.now(),
    why: unreachedWhy,
  })
}

/**
 * Over https an opaque answer is proof enough: nobody else has the certificate. Over plain http anybody may answer, a
 * portal first of all: such a place must let this page read its answer (CORS), and answer with something but a page.
 */
export function webReachability(targets: readonly string[]): readonly ReachabilityTarget[] {
  return targets.map((target) => ({
    target,
    async probe(timeoutMs) {
      const isSecret = new URL(target, location.href).protocol === 'https:'
      const signal = AbortSignal.timeout(timeoutMs)
      const init = { cache: 'no-store', credentials: 'omit', signal } as const
      return fetch(target, isSecret ? { ...init, mode: 'no-cors' } : { ...init, redirect: 'manual' }).then(
        (response) => (isSecret || !isPage(response) ? 'answered' : 'portal'),
        () => (signal.aborted ? 'timeout' : unreachedWhy()),
      )
    },
  }))
}

function isPage({ type, headers }: Response): boolean {
  return type === 'opaqueredirect' || (headers.get('content-type') ?? '').includes('text/html')
}

/** The browser's own events: the link is believed to come or go, the page comes to the front. */
export function webHints(): PlatformHints {
  return {
    inForeground: () => document.visibilityState === 'visible',
    watch(listener) {
      const shown = () => {
        if (document.visibilityState === 'visible') listener()
      }
      addEventListener('online', listener)
      addEventListener('offline', listener)
      document.addEventListener('visibilitychange', shown)
      return () => {
        removeEventListener('online', listener)
        removeEventListener('offline', listener)
        document.removeEventListener('visibilitychange', shown)
      }
    },
  }
}

function unreachedWhy(): 'reset' | 'offline' {
  return navigator.onLine ? 'reset' : 'offline'
}

/** The device's key, made at the first call. The browser keeps it and never shows its private half. */
export async function loadOrMakeWebKey(databaseName: string): Promise<SigningKey> {
  const database = await openDatabase(databaseName, 1, (fresh) => fresh.createObjectStore('keys'))
  try {
    const known: CryptoKeyPair | undefined = await resultOf(
      database.transaction('keys').objectStore('keys').get(KEY_NAME),
    )
    return await webSigningKey(known ?? (await keepFirst(database, await generateWebKeyPair())))
  } finally {
    database.close()
  }
}

/** Two tabs may make a key at once; the one that is written first is the device's. */
async function keepFirst(database: IDBDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' })
  const finished = done(transaction)
  const keys = transaction.objectStore('keys')
  const earlier: CryptoKeyPair | undefined = await resultOf(keys.get(KEY_NAME))
  if (earlier === undefined) keys.put(made, KEY_NAME)
  await finished
  return earlier ?? made
}

/**
 * One tab runs the till. Null when another one does; otherwise the lock is held until `release`, or until the tab goes.
 * A convenience only: two tabs that both write stay correct through the journal's compare-and-set.
 */
export function holdTillLock(name = 'holdfast-till'): Promise<{ release(): void } | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(null)
          return
        }
        return new Promise<void>((release) => resolve({ release }))
      })
      .catch(reject)
  })
}

/** Asks the browser not to evict what this origin stores. False: it may be thrown away under pressure. */
export async function persistStorage(): Promise<boolean> {
  return (await navigator.storage.persisted()) || navigator.storage.persist()
}

const KEY_NAME = 'device'
