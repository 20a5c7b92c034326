import type { SimDevice } from './sim-device.ts'

export const damageableParts = ['header', 'signature', 'sealed', 'hash', 'amount'] as const

/** A record whose bytes are no longer what was written. */
export interface Damage {
  readonly device: SimDevice
  readonly seq: number
  readonly hash: string
  readonly kind: string
  readonly paymentId: string | null
  readonly part: (typeof damageableParts)[number]
}
