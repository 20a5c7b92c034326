import { nextCutOffMs } from '../batches/cut-off.ts'

const HOUR_MS = 3_600_000
/** Two cut-offs are never further apart, also where the clock is set back. */
const DAY_MS_MAX = 26 * HOUR_MS

/** The last cut-off of the location before `atMs`: where the day of a location begins that has never closed one. */
export function dayStartMs(
  atMs: number,
  zone: { readonly timeZone: string; readonly cutOffMin: number },
): number {
  let startMs = nextCutOffMs(atMs - DAY_MS_MAX, zone)
  for (let nextMs = nextCutOffMs(startMs, zone); nextMs < atMs; nextMs = nextCutOffMs(startMs, zone))
    startMs = nextMs
  return startMs
}
