import { webCrypto } from '@holdfast/envelope/web'
import {
  holdTillLock,
  type LostStorage,
  openWebTerminal,
  persistStorage,
  StorageLost,
} from '@holdfast/sdk/web'
import type { Preferences, PreferenceStorage } from './platform/preferences.ts'
import { openSimulatedReader } from './platform/simulated-reader.ts'
import { refreshConfig, savedConfig, type TillConfig } from './platform/till-config.ts'
import { createObservable } from './platform/observable.ts'
import { openTill, type Till } from './state/till.ts'

/** From the first paint to an open till; `locked` while another tab has it. */
export type Startup =
  | { readonly phase: 'opening' }
  | { readonly phase: 'locked'; readonly isFree: boolean }
  | { readonly phase: 'no_config' }
  | { readonly phase: 'failed'; readonly detail: string }
  /** The browser has emptied an enrolled till. */
  | { readonly phase: 'lost'; readonly lost: LostStorage }
  | { readonly phase: 'open'; readonly till: Till; readonly config: TillConfig }

export interface StartupWatch {
  readonly get: () => Startup
  readonly subscribe: (listener: () => void) => () => void
}

export interface StartupWorld {
  readonly storage: PreferenceStorage
  readonly preferences: Preferences
  readonly fetch: typeof globalThis.fetch
  readonly locks: LockManager
}

/** Opens the till in this tab, if no other one has it. Never throws: a failure is a page that says what to do. */
export function beginStartup(world: StartupWorld): StartupWatch {
  const state = createObservable<{ startup: Startup }>({ startup: { phase: 'opening' } })
  const move = (startup: Startup): void => state.set({ startup })
  openInThisTab(world, move).catch((error: unknown) => {
    if (error instanceof StorageLost) move({ phase: 'lost', lost: error.lost })
    else move({ phase: 'failed', detail: error instanceof Error ? error.message : String(error) })
  })
  return { get: () => state.get().startup, subscribe: state.subscribe }
}

async function openInThisTab(world: StartupWorld, move: (startup: Startup) => void): Promise<void> {
  const lock = await holdTillLock(LOCK_NAME)
  if (lock === null) {
    move({ phase: 'locked', isFree: false })
    // Granted when the other tab lets go; let go again at once, since this tab starts anew.
    await world.locks.request(LOCK_NAME, () => undefined)
    move({ phase: 'locked', isFree: true })
    return
  }
  const saved = savedConfig(world.storage)
  const refreshed = refreshConfig(world)
  const config = saved ?? (await refreshed)
  if (config === null) {
    move({ phase: 'no_config' })
    return
  }
  const till = await openDevice(world, config)
  move({ phase: 'open', till, config })
  // A demo code that changed meanwhile; another gateway is taken at the next start only.
  const current = await refreshed
  if (current !== null) move({ phase: 'open', till, config: { ...current, gatewayUrl: config.gatewayUrl } })
}

async function openDevice({ storage, preferences }: StartupWorld, config: TillConfig): Promise<Till> {
  const { gatewayUrl, reachabilityTargets } = config
  const targets = reachabilityTargets.length === 0 ? {} : { reachabilityTargets }
  const terminal = await openWebTerminal({ gatewayUrl, app: APP, ...targets })
  // Best effort: an installed till is granted it, and a refusal changes nothing that could be done here.
  void persistStorage().catch(() => false)
  const reader = openSimulatedReader(webCrypto, storage)
  terminal.useReader(reader)
  return openTill({ terminal, reader, preferences })
}

/** One tab sells. The browser holds the lock until the page goes away, however it goes. */
const LOCK_NAME = 'holdfast-till'

/** In each record's epoch, so that support sees which program wrote it. */
const APP = 'holdfast-till/0.1.0'
