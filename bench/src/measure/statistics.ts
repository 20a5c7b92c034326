/** What a row of latencies says. Times are milliseconds. */
export interface Spread {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** One after the other, with nothing in between. */
  readonly perSecond: number
}

export function spreadOf(samplesMs: readonly number[]): Spread {
  const sorted = samplesMs.toSorted((a, b) => a - b)
  const sumMs = sorted.reduce((sum, ms) => sum + ms, 0)
  return {
    count: sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    maxMs: percentile(sorted, 1),
    perSecond: sumMs === 0 ? 0 : (sorted.length * 1_000) / sumMs,
  }
}

/** Nearest rank: a value that was really measured, never one between two. NaN for no samples. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** The middle run of several, and how far the others lie from it. */
export interface Runs {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function runsOf(values: readonly number[]): Runs {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 0.5), min: percentile(sorted, 0), max: percentile(sorted, 1) }
}
