/**
 * Opens the till with no network. It keeps one whole build, under that build's name, and serves it until the next one
 * is complete and let in; pages of two builds are never mixed. Nothing but the build is ever kept: what the till asks
 * its server or the gateway goes to the network, so an old answer can never pass for a new one.
 */

/** Filled in by the build: paths of the build, and a hash over their contents. */
declare const HOLDFAST_FILES: readonly string[]
declare const HOLDFAST_BUILD: string
/** Filled in by the server: the headers of the shell are part of it, and they name the gateway. */
const DEPLOYMENT = '__HOLDFAST_DEPLOYMENT__'

const CACHE = `till-${HOLDFAST_BUILD}-${DEPLOYMENT}`
const SHELL = '/'

// The library of the page has no worker types; these are the few that are used.
interface ExtendableEvent extends Event {
  waitUntil(task: Promise<unknown>): void
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
}
const worker = globalThis as unknown as WorkerScope

worker.addEventListener('install', (event) => event.waitUntil(keepBuild()))
worker.addEventListener('activate', (event) => event.waitUntil(dropOldBuilds()))
worker.addEventListener('message', (event) => {
  // Said by the cashier between two sales; until then the old build goes on selling.
  if (event.data === 'take over') void worker.skipWaiting()
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate') event.respondWith(fromBuild(SHELL, request))
  else if (HOLDFAST_FILES.includes(url.pathname)) event.respondWith(fromBuild(url.pathname, request))
})

/** All or nothing: with one file missing the installation fails and is tried again at the next visit. */
async function keepBuild(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll([SHELL, ...HOLDFAST_FILES].map((path) => new Request(path, { cache: 'reload' })))
}

async function dropOldBuilds(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await worker.clients.claim()
}

async function fromBuild(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(path)) ?? fetch(request)
}
