import { CloudUpload, Hourglass, Landmark, PlugZap, Router, ServerOff, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { Banner, Button, useFormat } from '@holdfast/ui'
import { type TillKey, useTill } from '../messages/index.ts'
import { type AtRisk, type OutageView, outageView } from '../state/outage-view.ts'
import { StatusLink } from './status-link.tsx'
import { useRoom, useTillState } from './till-context.tsx'

/** Says on every screen what does not work, what to do about it, and how much is at stake. Nothing while all is well. */
export function OutageBanner(): ReactNode {
  const { status, forcedOffline, settings, currency, sale } = useTillState()
  const view = outageView(status, forcedOffline, settings, currency)
  if (settings === null || view === null) return null
  if (view.kind === 'sending' || view.kind === 'undecided') return <Backlog view={view} />
  // While a customer stands there the sale has the room; the advice can wait.
  return <Outage view={view} isBrief={sale.step !== 'none'} />
}

type OutageOf = Extract<OutageView, { maySell: boolean }>

const ICONS = {
  internet: WifiOff,
  service: ServerOff,
  acquirer: Landmark,
  unknown: Router,
  forced: PlugZap,
} as const

export const ADVICE: Readonly<Record<OutageOf['kind'], readonly TillKey[]>> = {
  internet: ['outage.internet.advice1', 'outage.internet.advice2'],
  service: ['outage.service.advice1', 'outage.service.advice2'],
  acquirer: ['outage.acquirer.advice1', 'outage.acquirer.advice2'],
  unknown: ['outage.unknown.advice1'],
  forced: ['outage.forced.advice1'],
}

function Outage({ view, isBrief }: { readonly view: OutageOf; readonly isBrief: boolean }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const Icon = ICONS[view.kind]
  const back = (
    <Button variant="outline" onPress={() => till.setForcedOffline(false)}>
      {t('outage.go_online')}
    </Button>
  )
  return (
    <Banner
      tone={view.maySell ? 'wait' : 'bad'}
      testId="outage-banner"
      icon={<Icon aria-hidden size={22} />}
      title={t(`outage.${view.kind}.title`)}
      {...(view.kind === 'forced' && !isBrief ? { actions: back } : {})}
    >
      {isBrief ? null : <p>{view.maySell ? t('outage.keep_selling') : t('outage.no_cards')}</p>}
      {isBrief ? <RiskText atRisk={view.atRisk} /> : <Advice view={view} />}
    </Banner>
  )
}

function Advice({ view }: { readonly view: OutageOf }): ReactNode {
  const t = useTill()
  const format = useFormat()
  return (
    <details className="outage__more">
      <summary>
        {view.atRisk.count === 0 ? null : (
          <span>
            <RiskText atRisk={view.atRisk} />
          </span>
        )}
        <span className="outage__what">{t('outage.what_to_do')}</span>
      </summary>
      <ul>
        {ADVICE[view.kind].map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
        {view.maySell && view.limit !== null ? (
          <li>{t('outage.limit', { limit: format.money(view.limit) })}</li>
        ) : null}
        <li>{view.safeToPowerOff ? t('outage.safe') : t('outage.not_safe')}</li>
        {view.kind === 'forced' ? null : (
          <li>
            <StatusLink />
          </li>
        )}
        {view.lastContactMs === null ? null : (
          <li>{t('outage.last_contact', { time: format.time(view.lastContactMs) })}</li>
        )}
      </ul>
    </details>
  )
}

function Backlog({
  view,
}: {
  readonly view: Extract<OutageView, { kind: 'sending' | 'undecided' }>
}): ReactNode {
  const t = useTill()
  const isSending = view.kind === 'sending'
  const Icon = isSending ? CloudUpload : Hourglass
  return (
    <div className="backlog" role="status" data-testid="outage-banner">
      <Icon aria-hidden size={18} />
      <p>
        {isSending
          ? t('sending.title', { count: view.queued })
          : t('undecided.title', { count: view.atRisk.count })}
        <Sums atRisk={view.atRisk} />
      </p>
      {isSending ? <p className="backlog__note">{t('outage.not_safe')}</p> : null}
    </div>
  )
}

export function RiskText({ atRisk }: { readonly atRisk: AtRisk }): ReactNode {
  const t = useTill()
  return (
    <>
      {t('outage.at_risk', { count: atRisk.count })}
      <Sums atRisk={atRisk} />
    </>
  )
}

function Sums({ atRisk }: { readonly atRisk: AtRisk }): ReactNode {
  const format = useFormat()
  if (atRisk.sums.length === 0) return null
  return (
    <>
      {' · '}
      <strong className="hf-money">{atRisk.sums.map((sum) => format.money(sum)).join(' + ')}</strong>
    </>
  )
}
