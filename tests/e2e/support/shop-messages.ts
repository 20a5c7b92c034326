/** One sale as the test orders it from a till of the shop. */
export interface ShopSale {
  readonly card: string
  /** Presented when the issuer has refused the first. */
  readonly secondCard?: string
  readonly amountMinor: number
  readonly captureMethod?: 'automatic' | 'manual'
  readonly offlineBehavior?: 'prefer_online' | 'require_online' | 'force_offline'
  /** When the cashier takes it back: with the card read and nothing asked, at once, or a moment after the sale. */
  readonly takenBack?: 'before_asking' | 'accepted' | 'later'
}

export interface ShopSold {
  readonly paymentId: string | null
  /** As the screen showed it, before it was taken back. */
  readonly result: 'approved' | 'stored' | 'declined' | 'refused' | 'not_asked'
  readonly voided: boolean
  /** Why it was declined or refused. */
  readonly code: string | null
}

export interface TillState {
  readonly name: string
  readonly deviceId: string | null
  readonly networkStatus: string
  readonly queued: number
  readonly atRisk: number
  /** How many of its payments stand in each state of the device. */
  readonly payments: Readonly<Record<string, number>>
}

export interface ShopOptions {
  readonly tills: readonly { readonly name: string; readonly dataDir: string; readonly gatewayUrl: string }[]
  /** As an administrator reaches the gateway, who reads out device codes. */
  readonly officeUrl: string
}

export type ShopRequest =
  | { readonly id: number; readonly do: 'sell'; readonly till: string; readonly sale: ShopSale }
  | { readonly id: number; readonly do: 'look' }

export type ShopAnswer = { readonly id: number; readonly answer: unknown } | { readonly ready: true }
