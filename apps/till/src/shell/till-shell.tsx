import { Ellipsis, ReceiptText, ShoppingBag, Store } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTill } from '../messages/index.ts'
import { isBusy } from '../state/sale.ts'
import { needsAttention } from '../state/payment-view.ts'
import { BrandMark } from './brand-mark.tsx'
import { Notices } from './notices.tsx'
import { OutageBanner } from './outage-banner.tsx'
import { ServiceNoticeBanners } from './service-notice-banners.tsx'
import { fragmentOf, type Route, useRoute } from './router.ts'
import { useRoom, useTillState } from './till-context.tsx'

/** The frame of every screen of a till that is set up. The ways out of a running sale are the sale's own buttons. */
export function TillShell({ children }: { readonly children: ReactNode }): ReactNode {
  const { sale } = useTillState()
  const isSelling = isBusy(sale) || sale.step !== 'none'
  return (
    <div className="till" data-selling={isSelling}>
      <TopBar />
      {isSelling ? null : <TabBar />}
      <div className="till__body">
        <div className="till__news">
          <OutageBanner />
          <ServiceNoticeBanners />
          <Notices />
        </div>
        <main className="till__main" id="content">
          {children}
        </main>
      </div>
    </div>
  )
}

function TopBar(): ReactNode {
  const t = useTill()
  const { settings, status, forcedOffline } = useTillState()
  const { config } = useRoom()
  const network = forcedOffline ? 'offline' : status.networkStatus
  return (
    <header className="topbar">
      <BrandMark />
      <div className="topbar__place">
        <p className="topbar__shop">{settings?.accountName ?? t('app.name')}</p>
        <p className="topbar__location">
          {settings?.locationName}
          {config.acquirerTest ? <span className="topbar__test"> · {t('app.test_mode')}</span> : null}
        </p>
      </div>
      <span className="topbar__status" data-network={network}>
        {t(`status.${network}`)}
      </span>
    </header>
  )
}

const TABS = [
  { route: { name: 'sell' }, label: 'nav.sell', Icon: Store },
  { route: { name: 'orders' }, label: 'nav.orders', Icon: ShoppingBag },
  { route: { name: 'payments' }, label: 'nav.payments', Icon: ReceiptText },
  { route: { name: 'more' }, label: 'nav.more', Icon: Ellipsis },
] as const

function TabBar(): ReactNode {
  const t = useTill()
  const route = useRoute()
  const { payments, orders } = useTillState()
  const attention = payments.filter(needsAttention).length
  const waiting = orders.filter(({ state }) => state === 'open').length
  return (
    <nav className="tabbar" aria-label={t('nav.label')}>
      {TABS.map(({ route: target, label, Icon }) => (
        <a
          key={target.name}
          className="tabbar__tab"
          href={fragmentOf(target)}
          {...(isInside(route, target) ? { 'aria-current': 'page' as const } : {})}
        >
          <Icon aria-hidden size={24} />
          {t(label)}
          {target.name === 'orders' && waiting > 0 ? (
            <span className="tabbar__count" data-calm aria-label={t('nav.waiting', { count: waiting })}>
              {waiting}
            </span>
          ) : null}
          {target.name === 'payments' && attention > 0 ? (
            <span className="tabbar__count" aria-label={t('nav.attention', { count: attention })}>
              {attention}
            </span>
          ) : null}
        </a>
      ))}
    </nav>
  )
}

function isInside(route: Route, tab: Route): boolean {
  if (tab.name === 'payments') return ['payments', 'payment', 'receipt'].includes(route.name)
  return route.name === tab.name
}
