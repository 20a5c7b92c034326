import type { PreferenceStorage } from './preferences.ts'

/** What the server of the till says at `/config.json`. */
export interface TillConfig {
  readonly gatewayUrl: string
  /** The acquirer is a simulated one; said on the screen. */
  readonly acquirerTest: boolean
  /** Offered as a tap in a local demo. */
  readonly demoDeviceCode: string | null
  /** Addresses that have nothing to do with the gateway: they tell an internet outage from a service outage (SQ1). */
  readonly reachabilityTargets: readonly string[]
}

export interface ConfigWorld {
  readonly storage: PreferenceStorage
  readonly fetch: (path: string, init: { cache: 'no-store'; signal: AbortSignal }) => Promise<Response>
}

const KEY = 'holdfast.config'
const FIRST_WAIT_MS = 8_000

/**
 * The last configuration at once, so that the till opens with no network; `refresh` brings the current one. Null only
 * before the very first contact.
 */
export function savedConfig(storage: PreferenceStorage): TillConfig | null {
  const text = storage.getItem(KEY)
  if (text === null) return null
  try {
    return parseConfig(JSON.parse(text))
  } catch {
    return null
  }
}

/** Null when the server cannot be asked or answers something else (a captive portal, say). */
export async function refreshConfig({ storage, fetch }: ConfigWorld): Promise<TillConfig | null> {
  try {
    const answer = await fetch('/config.json', {
      cache: 'no-store',
      signal: AbortSignal.timeout(FIRST_WAIT_MS),
    })
    if (!answer.ok) return null
    const config = parseConfig(await answer.json())
    if (config !== null) storage.setItem(KEY, JSON.stringify(config))
    return config
  } catch {
    return null
  }
}

export function parseConfig(value: unknown): TillConfig | null {
  if (typeof value !== 'object' || value === null) return null
  const { gatewayUrl, acquirerTest, demoDeviceCode, reachabilityTargets } = value as Record<string, unknown>
  if (typeof gatewayUrl !== 'string' || !/^https?:\/\//.test(gatewayUrl)) return null
  return {
    gatewayUrl,
    acquirerTest: acquirerTest === true,
    demoDeviceCode: typeof demoDeviceCode === 'string' && demoDeviceCode !== '' ? demoDeviceCode : null,
    reachabilityTargets: Array.isArray(reachabilityTargets)
      ? reachabilityTargets.filter((target): target is string => typeof target === 'string')
      : [],
  }
}
