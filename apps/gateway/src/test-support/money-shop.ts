import type { FeeSchedule } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { postCapture, type PresentedCapture } from '../ledger/post-capture.ts'
import { addFeeSchedule, setFunding } from '../ledger/money-terms.ts'
import { releaseWaitingRefunds } from '../refunds/settle-waiting.ts'
import { ACCOUNT, LOCATION, sampleDevice, sampleId } from './sample-rows.ts'
import { seedDevice } from './seed-device.ts'

/** A moment in 2027, on a Friday. */
export const SALE_MS = 1_800_000_000_000

export const sampleFees: FeeSchedule = {
  rules: [
    { brands: ['amex'], basisPoints: 250, fixedMinor: { eur: 10 } },
    { basisPoints: 140, fixedMinor: { eur: 25 } },
  ],
  disputeMinor: { eur: 1_500 },
}

/** An account that is paid out by us, with fees and a week's hold. */
export async function openMoneyShop(
  pool: Pool,
  { funding = 'facilitator', holdDays = 7 }: { funding?: 'direct' | 'facilitator'; holdDays?: number } = {},
): Promise<void> {
  await seedDevice(pool, sampleDevice())
  await transaction(pool, async (tx) => {
    await addFeeSchedule(tx, ACCOUNT, sampleFees, 0)
    await setFunding(tx, ACCOUNT, { funding, holdDays })
  })
}

/** Capture `n` of payment `n`, accepted by the acquirer. */
export function sampleCapture(n: number, changes: Partial<PresentedCapture> = {}): PresentedCapture {
  return {
    account: ACCOUNT,
    mode: 'test',
    paymentId: sampleId('pi', n),
    captureId: sampleId('cap', n),
    chargeId: sampleId('ch', n),
    currency: 'eur',
    grossMinor: 5_000,
    card: { brand: 'visa', entryMode: 'contact', location: LOCATION },
    atMs: SALE_MS,
    ...changes,
  }
}

export async function postedCapture(pool: Pool, n: number, changes: Partial<PresentedCapture> = {}) {
  const capture = sampleCapture(n, changes)
  await transaction(pool, async (tx) => {
    await postCapture(tx, capture)
    await releaseWaitingRefunds(tx, capture, {
      wallMs: () => capture.atMs,
      randomBytes: (length) => nodeCrypto.randomBytes(length),
    })
  })
  return capture
}
