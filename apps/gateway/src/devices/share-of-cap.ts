import type { AmountLimits, Currency, DeviceTotals } from '@holdfast/core'

/**
 * How much of its location's cap one device is granted: an equal share among the devices there, and never more than
 * the others leave, so the grants of a location together stay within its cap at any time. Where others still hold more
 * than an equal share the grant is smaller, and grows as they renew. A currency that the cap does not name is not taken.
 */
export function shareOfCap(input: {
  readonly cap: DeviceTotals
  readonly wanted: DeviceTotals
  /** Devices of the location, this one included. */
  readonly devices: number
  /** What each other device may hold by any lease that it may still go by. */
  readonly others: readonly DeviceTotals[]
}): DeviceTotals {
  const { cap, wanted, devices, others } = input
  const share = (most: number, asked: number, taken: readonly number[]): number => {
    const left = most - taken.reduce((sum, each) => sum + each, 0)
    return Math.max(0, Math.min(asked, Math.floor(most / devices), left))
  }
  const storedTotalMinor = Object.fromEntries(
    namesOf(wanted.storedTotalMinor).flatMap((currency) => {
      const most = cap.storedTotalMinor[currency]
      if (most === undefined) return []
      const taken = others.map((other) => other.storedTotalMinor[currency] ?? 0)
      return [[currency, share(most, wanted.storedTotalMinor[currency] ?? 0, taken)]]
    }),
  )
  const taken = others.map(({ storedCount }) => storedCount)
  return { storedTotalMinor, storedCount: share(cap.storedCount, wanted.storedCount, taken) }
}

/** What covers both: a device may go by either. */
export function largest(a: DeviceTotals, b: DeviceTotals): DeviceTotals {
  const named = [...namesOf(a.storedTotalMinor), ...namesOf(b.storedTotalMinor)]
  return {
    storedTotalMinor: Object.fromEntries(
      named.map((currency) => [
        currency,
        Math.max(a.storedTotalMinor[currency] ?? 0, b.storedTotalMinor[currency] ?? 0),
      ]),
    ),
    storedCount: Math.max(a.storedCount, b.storedCount),
  }
}

export function isSameShare(a: DeviceTotals, b: DeviceTotals): boolean {
  const named = [...namesOf(a.storedTotalMinor), ...namesOf(b.storedTotalMinor)]
  return (
    a.storedCount === b.storedCount &&
    named.every((currency) => a.storedTotalMinor[currency] === b.storedTotalMinor[currency])
  )
}

function namesOf(limits: AmountLimits): Currency[] {
  return Object.keys(limits) as Currency[]
}
