import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react'
import { type Language, LanguageProvider, localeOf } from '@holdfast/ui'
import type { Updates } from './platform/updates.ts'
import { FaultBoundary } from './screens/fault-boundary.tsx'
import { MoreScreen } from './screens/more-screen.tsx'
import { OrdersScreen } from './screens/orders-screen.tsx'
import { PayingScreen } from './screens/paying-screen.tsx'
import { PaymentScreen } from './screens/payment-screen.tsx'
import { PaymentsScreen } from './screens/payments-screen.tsx'
import { ReceiptScreen } from './screens/receipt-screen.tsx'
import { ResultScreen } from './screens/result-screen.tsx'
import { SellScreen } from './screens/sell-screen.tsx'
import { SetupScreen } from './screens/setup-screen.tsx'
import { StartScreen } from './screens/start-screens.tsx'
import { TipScreen } from './screens/tip-screen.tsx'
import { WriteTipScreen } from './screens/write-tip-screen.tsx'
import { fragmentOf, type Route, useRoute } from './shell/router.ts'
import { TillRoomProvider, useTillState } from './shell/till-context.tsx'
import { TillShell } from './shell/till-shell.tsx'
import type { StartupWatch } from './startup.ts'
import type { Observable } from './platform/observable.ts'
import { isPaying, type Sale } from './state/sale.ts'

export interface AppProps {
  readonly startup: StartupWatch
  readonly updates: Updates
  readonly language: Observable<{ readonly language: Language }>
  readonly onAgain: () => void
}

export function App({ startup, updates, language, onAgain }: AppProps): ReactNode {
  const current = useSyncExternalStore(startup.subscribe, startup.get)
  const chosen = useSyncExternalStore(language.subscribe, language.get).language
  const room = useMemo(() => {
    if (current.phase !== 'open') return null
    const chooseLanguage = (next: Language): void => language.set({ language: next })
    return { till: current.till, config: current.config, updates, chooseLanguage }
  }, [current, updates, language])
  return (
    <LanguageProvider language={chosen} locale={localeOf(chosen, navigator.languages)}>
      <FaultBoundary onAgain={onAgain}>
        {current.phase !== 'open' || room === null ? (
          current.phase === 'open' ? null : (
            <StartScreen startup={current} onAgain={onAgain} />
          )
        ) : (
          <TillRoomProvider room={room}>
            <OpenTill />
          </TillRoomProvider>
        )}
      </FaultBoundary>
    </LanguageProvider>
  )
}

function OpenTill(): ReactNode {
  const { settings } = useTillState()
  if (settings === null) return <SetupScreen />
  return (
    <TillShell>
      <Screen />
    </TillShell>
  )
}

/** A sale covers whatever page was open; leaving it is a deed of its own. */
function Screen(): ReactNode {
  const { sale } = useTillState()
  const route = useRoute()
  const place = sale.step === 'none' ? fragmentOf(route) : isPaying(sale) ? 'paying' : sale.step
  return (
    <FromTheTop key={place}>
      {sale.step === 'none' ? <Page route={route} /> : <SaleStep sale={sale} />}
    </FromTheTop>
  )
}

/** Each place begins at its head, whatever was scrolled to before. */
function FromTheTop({ children }: { readonly children: ReactNode }): ReactNode {
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up.
    globalThis.scrollTo(0, 0)
  }, [])
  return children
}

function SaleStep({ sale }: { readonly sale: Exclude<Sale, { step: 'none' }> }): ReactNode {
  if (sale.step === 'tipping') return <TipScreen sale={sale} />
  return isPaying(sale) ? <PayingScreen sale={sale} /> : <ResultScreen sale={sale} />
}

function Page({ route }: { readonly route: Route }): ReactNode {
  switch (route.name) {
    case 'sell':
      return <SellScreen />
    case 'orders':
      return <OrdersScreen />
    case 'payments':
      return <PaymentsScreen />
    case 'payment':
      return <PaymentScreen paymentId={route.paymentId} />
    case 'receipt':
      return <ReceiptScreen paymentId={route.paymentId} />
    case 'tip':
      return <WriteTipScreen paymentId={route.paymentId} />
    case 'more':
      return <MoreScreen />
  }
}
