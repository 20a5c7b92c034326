import type { Currency, Money, TallyByCurrency } from '@holdfast/core'
import type { OfflineStatus, TerminalSettings } from '@holdfast/sdk'

/** What the banner says; null while there is nothing to say. */
export type OutageView =
  | {
      readonly kind: 'internet' | 'service' | 'acquirer' | 'unknown' | 'forced'
      /** False when the lease forbids to sell without the gateway: "keep selling" would be a lie. */
      readonly maySell: boolean
      readonly atRisk: AtRisk
      readonly limit: Money | null
      readonly safeToPowerOff: boolean
      readonly lastContactMs: number | null
    }
  /** The link is there and the backlog drains. */
  | { readonly kind: 'sending'; readonly queued: number; readonly atRisk: AtRisk }
  /** All is sent; the bank has not answered yet. */
  | { readonly kind: 'undecided'; readonly atRisk: AtRisk }

export interface AtRisk {
  readonly count: number
  readonly sums: readonly Money[]
}

export function outageView(
  status: OfflineStatus,
  forced: boolean,
  settings: TerminalSettings | null,
  currency: Currency,
): OutageView | null {
  const atRisk = atRiskOf(status.atRisk)
  if (!forced && status.networkStatus !== 'offline' && status.outage === null) {
    if (status.queued > 0) return { kind: 'sending', queued: status.queued, atRisk }
    return atRisk.count > 0 ? { kind: 'undecided', atRisk } : null
  }
  const perPaymentMinor = settings?.offlinePerPaymentMinor[currency]
  return {
    kind: forced ? 'forced' : (status.outage ?? 'unknown'),
    maySell: settings?.offlineAllowed === true && perPaymentMinor !== undefined,
    atRisk,
    limit: perPaymentMinor === undefined ? null : { amountMinor: perPaymentMinor, currency },
    safeToPowerOff: status.safeToPowerOff,
    lastContactMs: status.lastContactMs,
  }
}

/** One sum per currency, largest count first; currencies without a payment are left out. */
export function atRiskOf(tallies: TallyByCurrency): AtRisk {
  // The keys of a TallyByCurrency are currencies.
  const entries = (Object.keys(tallies) as Currency[])
    .map((currency) => ({ currency, tally: tallies[currency] }))
    .flatMap(({ currency, tally }) => (tally === undefined || tally.count === 0 ? [] : [{ currency, tally }]))
    .sort((a, b) => b.tally.count - a.tally.count)
  return {
    count: entries.reduce((count, { tally }) => count + tally.count, 0),
    sums: entries.map(({ currency, tally }) => ({ amountMinor: tally.sumMinor, currency })),
  }
}
