import type { Device } from '../device.ts'
import type { IssuerWait } from './payment-intent.ts'
import type { OnWaiting } from './ask-issuer.ts'
import { acceptOffline, type Try } from './attempt-steps.ts'

export interface StoreNowOffer {
  readonly device: Device
  readonly attempt: Try
  /** False where this sale is never stored, whatever the lease says. */
  readonly allowed: boolean
  readonly readerCapable: boolean
  readonly onWaiting: ((wait: IssuerWait) => void) | undefined
}

/**
 * Offers "store now" while the issuer is slow (DESIGN §3.3). Whether it may be is decided by the very step that would
 * store it, at the offer and once more at the press: a refusal then would cost an approval that is on its way.
 */
export function offerStoreNow(offer: StoreNowOffer): OnWaiting {
  const { device, onWaiting } = offer
  return ({ timerMs, storeNow }) => {
    if (onWaiting === undefined) return
    const press = async () => {
      if (await mayStore(offer)) storeNow()
    }
    const tell = async () => {
      const may = await mayStore(offer)
      try {
        onWaiting({ timerMs, mayStore: may, storeNow: () => void press() })
      } catch (error) {
        device.deps.onListenerError?.(error)
      }
    }
    void tell()
  }
}

async function mayStore({ device, attempt, allowed, readerCapable }: StoreNowOffer): Promise<boolean> {
  if (!allowed) return false
  const { journal, deps } = device
  const step = acceptOffline(attempt, {
    why: 'no_answer',
    asked: { attempt, result: 'no_answer' },
    completed: { cryptogram: null, receipt: attempt.read.receipt },
    readerCapable,
  })
  try {
    return step.build(journal.state, await step.load(deps.store, journal.state)).do === 'commit'
  } catch {
    // A disk that cannot be read now is not one to store on.
    return false
  }
}
