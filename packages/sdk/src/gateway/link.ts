import {
  FLAPS_COUNTED_MAX,
  PING_CONFIRM_PAUSE_MAX_MS,
  PING_CONFIRM_PAUSE_MS,
  PINGS_TO_RETURN,
  STEADY_MS,
} from '../limits.ts'
import type { NetworkStatus } from '../terminal-events.ts'

/**
 * What is believed of the way to the gateway.
 *
 *   unknown ──good──▶ online ──bad──▶ offline ──so many good ones in a row, with pauses──▶ online
 *
 * One bad sign is enough, since each is made of two tries or of a live attempt that was not acknowledged in time. The way
 * back is slow, and slower each time that the link fell soon after it: a link that flaps each second stays offline.
 */
export interface Link {
  readonly status: NetworkStatus
  /** Good signs in a row while offline. */
  readonly goods: number
  /** Bad signs since it went offline. */
  readonly bads: number
  /** How often in a row it fell within `STEADY_MS` of its return. */
  readonly flaps: number
  /** When it last returned, monotonic; null when it never was away. */
  readonly returnedMs: number | null
}

export const NEW_LINK: Link = { status: 'unknown', goods: 0, bads: 0, flaps: 0, returnedMs: null }

export function hear(link: Link, sign: 'good' | 'bad', nowMs: number): Link {
  if (sign === 'bad') {
    if (link.status === 'offline') return { ...link, goods: 0, bads: link.bads + 1 }
    const fellSoon = link.returnedMs !== null && nowMs - link.returnedMs < STEADY_MS
    const flaps = fellSoon ? Math.min(link.flaps + 1, FLAPS_COUNTED_MAX) : 0
    return { ...link, status: 'offline', goods: 0, bads: 1, flaps }
  }
  switch (link.status) {
    case 'unknown':
      return { ...link, status: 'online' }
    case 'online':
      return link
    case 'offline': {
      const goods = link.goods + 1
      if (goods < PINGS_TO_RETURN + link.flaps) return { ...link, goods }
      return { ...link, status: 'online', goods: 0, bads: 0, returnedMs: nowMs }
    }
  }
}

/** Between two good signs of a link that comes back. */
export function confirmPauseMs({ flaps }: Link): number {
  return Math.min(PING_CONFIRM_PAUSE_MAX_MS, PING_CONFIRM_PAUSE_MS * 2 ** flaps)
}
