import { Ban, CircleCheck, CircleDashed, Hourglass, ShoppingBag, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TillOrder } from '@holdfast/sdk'
import { Banner, Button, EmptyState, MoneyText, StatusBadge, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { goTo } from '../shell/router.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { PageHead } from './page-head.tsx'

/** SQ12: what was ordered online and is paid here, the oldest first; below it what is over, the newest first. */
export function OrdersScreen(): ReactNode {
  const t = useTill()
  const { orders, status, forcedOffline } = useTillState()
  const waiting = orders.filter(({ state }) => state === 'open' || state === 'in_hand')
  const over = orders.filter((order) => !waiting.includes(order)).toReversed()
  const isAway = forcedOffline || status.networkStatus === 'offline'
  return (
    <div className="page">
      <PageHead title={t('orders.title')} />
      {isAway && orders.length > 0 ? (
        <Banner tone="wait" role="note" icon={<WifiOff aria-hidden size={22} />} title={t('orders.known')} />
      ) : null}
      {orders.length === 0 ? (
        <EmptyState icon={<ShoppingBag aria-hidden size={44} />} title={t('orders.empty.title')}>
          <p>{t('orders.empty.body')}</p>
        </EmptyState>
      ) : null}
      <OrderList label={t('orders.state.open')} orders={waiting} />
      {over.length === 0 ? null : (
        <section className="payments__day">
          <h2>{t('orders.done')}</h2>
          <OrderList label={t('orders.done')} orders={over} />
        </section>
      )}
    </div>
  )
}

function OrderList({
  label,
  orders,
}: {
  readonly label: string
  readonly orders: readonly TillOrder[]
}): ReactNode {
  if (orders.length === 0) return null
  return (
    <ul className="orders" aria-label={label}>
      {orders.map((order) => (
        <OrderCard key={order.orderId} order={order} />
      ))}
    </ul>
  )
}

const LOOKS = {
  open: { tone: 'wait', Icon: CircleDashed },
  in_hand: { tone: 'wait', Icon: Hourglass },
  taken: { tone: 'good', Icon: CircleCheck },
  paid: { tone: 'good', Icon: CircleCheck },
  canceled: { tone: 'quiet', Icon: Ban },
} as const satisfies Record<TillOrder['state'], unknown>

function OrderCard({ order }: { readonly order: TillOrder }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { till } = useRoom()
  const { number, channel, money, lines, note, placedMs, state, paymentId } = order
  const { tone, Icon } = LOOKS[state]
  const titleId = `order-${order.orderId}`
  return (
    <li className="hf-card order" data-order={number} data-state={state} aria-labelledby={titleId}>
      <div className="order__head">
        <h3 id={titleId}>{number}</h3>
        <strong className="order__amount">
          <MoneyText money={money} />
        </strong>
      </div>
      <p className="order__facts">
        <StatusBadge tone={tone} icon={<Icon aria-hidden size={15} />}>
          {t(`orders.state.${state}`)}
        </StatusBadge>
        <span>{channel}</span>
        <span>{t('orders.placed', { time: format.time(placedMs, 'time') })}</span>
      </p>
      {lines.length === 0 ? null : (
        <ul className="order__lines">
          {lines.map(({ name, quantity }, at) => (
            // Two lines may say the same; their place is who they are.
            <li key={at}>{t('orders.line', { quantity, name })}</li>
          ))}
        </ul>
      )}
      {note === '' ? null : <p className="order__note">{note}</p>}
      {state === 'open' ? (
        <Button large wide variant="primary" onPress={() => void till.payOrder(order)}>
          {t('orders.pay', { amount: format.money(money) })}
        </Button>
      ) : null}
      {state === 'taken' && paymentId !== null ? (
        <Button wide onPress={() => goTo({ name: 'payment', paymentId })}>
          {t('orders.payment')}
        </Button>
      ) : null}
    </li>
  )
}
