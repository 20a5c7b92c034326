import { CreditCard, HardDriveDownload, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button, MoneyText, Spinner } from '@holdfast/ui'
import { type TillKey, useTill } from '../messages/index.ts'
import { useKeys } from '../shell/use-keys.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import type { PayingSale } from '../state/sale.ts'
import type { TillState } from '../state/till-state.ts'
import { ConsentDialog } from './consent-dialog.tsx'
import { OfferedText } from './offered-text.tsx'
import { SimulatedReaderPanel } from './simulated-reader-panel.tsx'

/** From Pay to the answer. What is happening stands in one line; there is one way out, while there is one. */
export function PayingScreen({ sale }: { readonly sale: PayingSale }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const state = useTillState()
  const isWaiting = sale.step === 'waiting' && state.reader !== 'reading'
  const progress = progressOf(sale, state)
  const isSlow = useElapsed(STORE_NOW_AFTER_MS, sale.step === 'deciding' && sale.mayStoreNow)

  useKeys((key) => {
    if (key !== 'Escape' || !isWaiting) return false
    till.cancelWaiting()
    return true
  })

  return (
    <div className="paying">
      <section className="paying__stage hf-card" aria-labelledby="paying-title">
        <h1 id="paying-title" className="paying__title">
          {t('paying.title')}
        </h1>
        <p className="paying__amount">
          <MoneyText money={sale.money} />
        </p>
        <div className="paying__progress" role="status">
          {isWaiting ? <CreditCard className="paying__card" aria-hidden size={40} /> : <Spinner size={40} />}
          <p>{t(progress)}</p>
        </div>
        <p className="paying__note">
          {progress === 'paying.asking' ? t('paying.asking.note') : isWaiting ? <OfferedHere /> : ''}
        </p>
        {isSlow ? (
          <>
            <Button
              large
              wide
              variant="outline"
              icon={<HardDriveDownload aria-hidden size={20} />}
              onPress={till.storeNow}
            >
              {t('paying.store_now')}
            </Button>
            <p className="paying__note">{t('paying.store_now.note')}</p>
          </>
        ) : null}
        {sale.step === 'waiting' ? (
          <Button
            large
            wide
            icon={<X aria-hidden size={20} />}
            isDisabled={!isWaiting}
            onPress={till.cancelWaiting}
          >
            {t('paying.cancel')}
          </Button>
        ) : null}
      </section>
      <SimulatedReaderPanel isWaiting={isWaiting} />
      {sale.step === 'asking' ? <ConsentDialog key={sale.need} sale={sale} /> : null}
    </div>
  )
}

/** Said to the customer only where it is not everything. */
function OfferedHere(): ReactNode {
  const { settings } = useTillState()
  const offered = settings?.offered ?? null
  return offered === null ? null : <OfferedText offered={offered} />
}

/** A bank that answers usually has by then. */
const STORE_NOW_AFTER_MS = 3_000

/** True once `isRunning` has been true for so long. */
function useElapsed(delayMs: number, isRunning: boolean): boolean {
  const [isElapsed, setElapsed] = useState(false)
  useEffect(() => {
    if (!isRunning) return
    const timer = setTimeout(() => setElapsed(true), delayMs)
    return () => {
      clearTimeout(timer)
      setElapsed(false)
    }
  }, [delayMs, isRunning])
  return isElapsed && isRunning
}

function progressOf(sale: PayingSale, { reader, status, forcedOffline }: TillState): TillKey {
  switch (sale.step) {
    case 'opening':
      return 'paying.opening'
    case 'waiting':
      if (reader === 'reading') return 'paying.reading'
      return sale.again ? 'paying.waiting_again' : 'paying.waiting'
    case 'deciding':
      return forcedOffline || status.networkStatus === 'offline' ? 'paying.storing' : 'paying.asking'
    case 'asking':
      return 'paying.consent'
    case 'closing':
      return 'paying.closing'
  }
}
