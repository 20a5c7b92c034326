import { Megaphone, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Banner, Button, useFormat, useLanguage } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import type { ServiceNoticeView } from '../state/service-notice-view.ts'
import { StatusLink } from './status-link.tsx'
import { useRoom, useTillState } from './till-context.tsx'

/** What the operator of the gateway announces (ST10). It changes nothing at the till, so a running sale has the room. */
export function ServiceNoticeBanners(): ReactNode {
  const { sale } = useTillState()
  const { till } = useRoom()
  const { language } = useLanguage()
  if (sale.step !== 'none') return null
  return till.noticesNow(language).map((view) => <NoticeBanner key={view.key} view={view} />)
}

/** Two lines until somebody wants to know more: the keys of the sale stay where the hand expects them. */
function NoticeBanner({ view }: { readonly view: ServiceNoticeView }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const { key, phase, text } = view
  return (
    <Banner
      tone={phase === 'planned' ? 'stop' : 'wait'}
      testId="service-notice"
      icon={<Megaphone aria-hidden size={22} />}
      title={t(`service_notice.${phase}`)}
    >
      <details className="outage__more">
        <summary>
          <span>
            <When view={view} />
          </span>
          <span className="outage__what">{t('service_notice.what')}</span>
        </summary>
        <p>{text}</p>
        <p>{t('service_notice.selling')}</p>
        <StatusLink />
        <Button variant="outline" icon={<X aria-hidden size={18} />} onPress={() => till.putAwayNotice(key)}>
          {t('service_notice.away')}
        </Button>
      </details>
    </Banner>
  )
}

/** By the clock on the wall of the shop. */
function When({ view: { startsMs, endsMs } }: { readonly view: ServiceNoticeView }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const from = format.time(startsMs)
  if (endsMs === null) return t('service_notice.since', { from })
  const isOneDay = new Date(startsMs).toDateString() === new Date(endsMs).toDateString()
  return t('service_notice.window', { from, to: format.time(endsMs, isOneDay ? 'time' : 'full') })
}
