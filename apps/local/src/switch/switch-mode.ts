import { FREE, type Pace } from './delayed-pipe.ts'

/**
 * `down` refuses and resets; `flaky` resets at random; `captive` answers every HTTP request itself; `lost_answers` lets
 * requests through and loses what comes back; `brownout` lets requests through and answers half a minute later.
 */
export type SwitchMode = 'up' | 'down' | 'slow' | 'flaky' | 'captive' | 'lost_answers' | 'brownout'

/** The figures of the modes; a test makes them small. */
export interface SwitchFigures {
  readonly slowLatencyMs: number
  readonly slowBytesPerSecond: number
  readonly brownoutMs: number
  /** Of a new connection to be reset at once, and of a live one to be reset at each look. */
  readonly flakyChance: number
  readonly flakyLookMs: number
  /** After the first lost bytes of an answer, on the connections that are cut. */
  readonly lostCutMs: number
}

export const defaultFigures: SwitchFigures = {
  slowLatencyMs: 400,
  slowBytesPerSecond: 16_384,
  brownoutMs: 30_000,
  flakyChance: 0.3,
  flakyLookMs: 700,
  lostCutMs: 50,
}

export interface Paces {
  readonly forth: Pace
  readonly back: Pace
}

/** How bytes travel in a mode that lets them travel. */
export function pacesOf(mode: SwitchMode, figures: SwitchFigures): Paces {
  const slow: Pace = {
    latencyMs: figures.slowLatencyMs,
    bytesPerSecond: figures.slowBytesPerSecond,
    swallow: false,
  }
  switch (mode) {
    case 'slow':
      return { forth: slow, back: slow }
    case 'brownout':
      return { forth: FREE, back: { ...FREE, latencyMs: figures.brownoutMs } }
    case 'lost_answers':
      return { forth: FREE, back: { ...FREE, swallow: true } }
    case 'up':
    case 'flaky':
    case 'down':
    case 'captive':
      return { forth: FREE, back: FREE }
  }
}
