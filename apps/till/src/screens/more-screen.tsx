import { type ReactNode, useState } from 'react'
import { Button, ConfirmDialog, LanguagePicker, Switch, useFormat } from '@holdfast/ui'
import { type TillKey, useTill } from '../messages/index.ts'
import { RiskText } from '../shell/outage-banner.tsx'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { atRiskOf } from '../state/outage-view.ts'
import type { TillState } from '../state/till-state.ts'
import { ConnectionDoctor } from './connection-doctor.tsx'
import { OfferedText } from './offered-text.tsx'
import { PageHead } from './page-head.tsx'

/** The connection doctor, the switch to offline, the language, and which till this is. */
export function MoreScreen(): ReactNode {
  const t = useTill()
  const { chooseLanguage } = useRoom()
  return (
    <div className="page page--more">
      <PageHead title={t('more.title')} />
      <Connection />
      <WorkOffline />
      <section className="hf-card" aria-labelledby="language-title">
        <h2 id="language-title">{t('more.language')}</h2>
        <LanguagePicker onChange={chooseLanguage} />
      </section>
      <Device />
    </div>
  )
}

function Connection(): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { till } = useRoom()
  const state = useTillState()
  const { status } = state
  return (
    <section className="hf-card" aria-labelledby="connection-title">
      <h2 id="connection-title">{t('more.connection')}</h2>
      <dl className="hf-facts">
        <dt>{t('more.connection.state')}</dt>
        <dd>{t(connectionKey(state))}</dd>
        <dt>{t('more.connection.last')}</dt>
        <dd>
          {status.lastContactMs === null ? t('more.connection.never') : format.time(status.lastContactMs)}
        </dd>
        <dt>{t('more.connection.queued')}</dt>
        <dd>{status.queued}</dd>
        <dt>{t('more.connection.at_risk')}</dt>
        <dd>
          <RiskText atRisk={atRiskOf(status.atRisk)} />
        </dd>
        <dt>{t('more.connection.power')}</dt>
        <dd>{status.safeToPowerOff ? t('outage.safe') : t('outage.not_safe')}</dd>
      </dl>
      <ConnectionDoctor />
      {status.queued === 0 ? null : (
        <Button variant="outline" wide onPress={() => void till.sendNow()}>
          {t('more.connection.send')}
        </Button>
      )}
    </section>
  )
}

function connectionKey({ forcedOffline, status }: TillState): TillKey {
  if (forcedOffline) return 'more.connection.forced'
  if (status.networkStatus === 'online' && status.outage === null) return 'more.connection.internet_ok'
  if (status.networkStatus === 'unknown' || status.outage === null) return 'more.connection.unknown'
  return `more.connection.${status.outage}`
}

function WorkOffline(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const { forcedOffline, settings } = useTillState()
  const [isAsking, setAsking] = useState(false)
  return (
    <section className="hf-card" aria-labelledby="offline-title">
      <h2 id="offline-title">{t('more.offline')}</h2>
      <Switch
        selected={forcedOffline}
        onChange={(selected) => {
          if (selected) setAsking(true)
          else till.setForcedOffline(false)
        }}
      >
        {t('more.offline.switch')}
      </Switch>
      <p className="page__note">
        {settings?.offlineAllowed === true ? t('more.offline.note') : t('more.offline.forbidden')}
      </p>
      <ConfirmDialog
        open={isAsking}
        title={t('more.offline.confirm.title')}
        confirmLabel={t('more.offline.confirm.deed')}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false)
          till.setForcedOffline(true)
        }}
      >
        {t('more.offline.confirm.body')}
      </ConfirmDialog>
    </section>
  )
}

function Device(): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { settings, deviceId, currency } = useTillState()
  const limitMinor = settings?.offlinePerPaymentMinor[currency]
  return (
    <section className="hf-card" aria-labelledby="device-title">
      <h2 id="device-title">{t('more.device')}</h2>
      <dl className="hf-facts">
        <dt>{t('more.device.shop')}</dt>
        <dd>{settings?.accountName}</dd>
        <dt>{t('more.device.place')}</dt>
        <dd>{settings?.locationName}</dd>
        <dt>{t('more.device.offered')}</dt>
        <dd>
          <OfferedText offered={settings?.offered ?? null} />
        </dd>
        <dt>{t('more.device.limit')}</dt>
        <dd>
          {limitMinor === undefined || settings?.offlineAllowed !== true
            ? t('more.device.no_offline')
            : format.money({ amountMinor: limitMinor, currency })}
        </dd>
        <dt>{t('more.device.id')}</dt>
        <dd className="hf-mono">{deviceId}</dd>
      </dl>
    </section>
  )
}
