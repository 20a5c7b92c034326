/**
 * The next moment after `afterMs` at which the clock in `timeZone` (an IANA name) shows `cutOffMin` minutes since
 * midnight. On the day on which that is skipped it is as much later as the clock went forward; on the day on which it
 * comes twice, the first time counts.
 */
export function nextCutOffMs(
  afterMs: number,
  { timeZone, cutOffMin }: { readonly timeZone: string; readonly cutOffMin: number },
): number {
  const today = localMs(afterMs, timeZone)
  const midnight = today - (today % DAY_MS)
  for (let day = -1; ; day += 1) {
    const atMs = instantOf(midnight + day * DAY_MS + cutOffMin * 60_000, timeZone)
    if (atMs > afterMs) return atMs
  }
}

const DAY_MS = 86_400_000

/** What the clock on the wall shows, as if it were UTC. */
function localMs(atMs: number, timeZone: string): number {
  const parts = new Map<string, number>(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: string): number => parts.get(type) ?? 0
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}

/** The first moment at which the wall shows it; where it never does, as far behind the gap as it lies within. */
function instantOf(wallMs: number, timeZone: string): number {
  const offsetAt = (atMs: number): number => localMs(atMs, timeZone) - atMs
  // The larger offset is the earlier moment.
  const candidates = [wallMs - offsetAt(wallMs - DAY_MS), wallMs - offsetAt(wallMs + DAY_MS)].toSorted(
    (a, b) => a - b,
  )
  const shown = candidates.find((atMs) => localMs(atMs, timeZone) === wallMs)
  return shown ?? wallMs - offsetAt(wallMs - DAY_MS)
}
