import { createObservable, type Observable } from './observable.ts'

export interface Updates {
  readonly state: Pick<Observable<{ readonly ready: boolean }>, 'get' | 'subscribe'>
  /** Lets the new version take over and opens it. Call only between sales. */
  readonly apply: () => void
}

const CHECK_EVERY_MS = 60 * 60_000

/**
 * Registers the service worker. A new version is fetched in the background and waits there: it takes over when the
 * cashier says so, or when the till is opened the next time, never in the middle of a sale.
 */
export function watchUpdates(container: ServiceWorkerContainer | undefined, reload: () => void): Updates {
  const state = createObservable({ ready: false })
  let waiting: ServiceWorker | null = null
  let wanted = false

  function look(registration: ServiceWorkerRegistration): void {
    waiting = registration.waiting
    // Without a controller this is the first installation, not an update.
    state.set({ ready: waiting !== null && container?.controller !== null })
  }

  async function register(workers: ServiceWorkerContainer): Promise<void> {
    const registration = await workers.register('/service-worker.js', { updateViaCache: 'none' })
    look(registration)
    registration.addEventListener('updatefound', () => {
      const installing = registration.installing
      installing?.addEventListener('statechange', () => look(registration))
    })
    setInterval(() => void registration.update().catch(() => undefined), CHECK_EVERY_MS)
  }

  container?.addEventListener('controllerchange', () => {
    if (wanted) reload()
  })
  // Without a service worker the till still sells; it only cannot open with no network.
  if (container !== undefined) register(container).catch(() => undefined)

  return {
    state,
    apply() {
      wanted = true
      waiting?.postMessage('take over', [])
    },
  }
}
