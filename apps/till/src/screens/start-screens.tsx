import { LockKeyhole, LockKeyholeOpen, TriangleAlert, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { acknowledgeLostStorage } from '@holdfast/sdk/web'
import { Button, EmptyState, Spinner } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import type { Startup } from '../startup.ts'

/** Everything there is to say before a till is open. */
export function StartScreen({
  startup,
  onAgain,
}: {
  readonly startup: Exclude<Startup, { phase: 'open' }>
  readonly onAgain: () => void
}): ReactNode {
  const t = useTill()
  return (
    <main className="start" role={startup.phase === 'opening' ? 'status' : 'alert'}>
      {content()}
    </main>
  )

  function content(): ReactNode {
    switch (startup.phase) {
      case 'opening':
        return <EmptyState icon={<Spinner size={44} />} title={t('start.opening')} />
      case 'failed':
        return (
          <EmptyState icon={<TriangleAlert aria-hidden size={44} />} title={t('start.failed.title')}>
            <p>{t('start.failed.body')}</p>
            <p className="hf-mono page__note">{startup.detail}</p>
            <Button variant="primary" large onPress={onAgain}>
              {t('start.again')}
            </Button>
          </EmptyState>
        )
      case 'lost':
        return (
          <EmptyState icon={<TriangleAlert aria-hidden size={44} />} title={t('start.lost.title')}>
            <p>{t('start.lost.body', { waiting: startup.lost.waiting })}</p>
            <p className="hf-mono page__note">
              storage_lost · {startup.lost.deviceId} · {startup.lost.seq}
            </p>
            <Button
              variant="danger"
              large
              onPress={() => {
                acknowledgeLostStorage()
                onAgain()
              }}
            >
              {t('start.lost.set_up')}
            </Button>
          </EmptyState>
        )
      case 'no_config':
        return (
          <EmptyState icon={<WifiOff aria-hidden size={44} />} title={t('start.no_config.title')}>
            <p>{t('start.no_config.body')}</p>
            <Button variant="primary" large onPress={onAgain}>
              {t('start.again')}
            </Button>
          </EmptyState>
        )
      case 'locked':
        return startup.isFree ? (
          <EmptyState icon={<LockKeyholeOpen aria-hidden size={44} />} title={t('locked.free.title')}>
            <p>{t('locked.free.body')}</p>
            <Button variant="primary" large onPress={onAgain}>
              {t('locked.take_over')}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState icon={<LockKeyhole aria-hidden size={44} />} title={t('locked.title')}>
            <p>{t('locked.body')}</p>
            <p className="page__note">{t('locked.waiting')}</p>
          </EmptyState>
        )
    }
  }
}
