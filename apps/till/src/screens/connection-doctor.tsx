import type { ReactNode } from 'react'
import type { Evidence } from '@holdfast/sdk'
import { useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { ADVICE } from '../shell/outage-banner.tsx'
import { useTillState } from '../shell/till-context.tsx'
import { outageView } from '../state/outage-view.ts'

/** What was tried, what answered, what to do (SQ2). */
export function ConnectionDoctor(): ReactNode {
  const t = useTill()
  const { status, forcedOffline, settings, currency } = useTillState()
  const view = outageView(status, forcedOffline, settings, currency)
  const advice = view !== null && 'maySell' in view ? ADVICE[view.kind] : []
  if (status.why.length === 0 && advice.length === 0) return null
  return (
    <div className="doctor" data-testid="connection-doctor">
      {status.why.length === 0 ? null : <h3>{t('doctor.title')}</h3>}
      <ul>
        {status.why.map((evidence) => (
          <Finding key={`${evidence.tried} ${evidence.target}`} evidence={evidence} />
        ))}
      </ul>
      {advice.length === 0 ? null : <h3>{t('outage.what_to_do')}</h3>}
      <ul>
        {advice.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
    </div>
  )
}

function Finding({ evidence }: { readonly evidence: Evidence }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { tried, target, found, status, atMs } = evidence
  const said = t(`doctor.found.${found}`, { status: String(status ?? '') })
  return (
    <li>
      {target ?? t(`doctor.tried.${tried}`)}: <strong>{said}</strong> · {format.time(atMs)}
    </li>
  )
}
