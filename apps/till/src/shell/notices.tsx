import { CircleCheck, CloudAlert, DownloadCloud, HandCoins, TriangleAlert, X } from 'lucide-react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { Banner, Button, declineMessage, useFormat, useTranslate } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { isTillCode } from '../messages/till-codes.ts'
import { isBusy } from '../state/sale.ts'
import type { Notice } from '../state/till-state.ts'
import { goTo, useRoute } from './router.ts'
import { useRoom, useTillState } from './till-context.tsx'

/** What happened while nobody looked, and a new version. Silent while a sale is running. */
export function Notices(): ReactNode {
  const { notices, sale } = useTillState()
  const route = useRoute()
  if (isBusy(sale)) return null
  // The pages of payments show the declined ones and tips themselves.
  const isListed = sale.step === 'none' && route.name !== 'sell' && route.name !== 'more'
  const shown = isListed
    ? notices.filter(({ type }) => type !== 'declined_later' && type !== 'tip_aside')
    : notices
  return (
    <>
      {shown.map((notice) => (
        <NoticeBanner key={notice.id} notice={notice} />
      ))}
      <UpdateNotice />
    </>
  )
}

function NoticeBanner({ notice }: { readonly notice: Notice }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const body = useNoticeBody(notice)
  const { tone, Icon } = LOOKS[notice.type]
  function show(): void {
    if (!('paymentId' in notice)) return
    till.dismiss(notice.id)
    goTo({ name: 'payment', paymentId: notice.paymentId })
  }
  return (
    <Banner
      tone={tone}
      title={t(`notice.${notice.type}.title`)}
      icon={<Icon aria-hidden size={22} />}
      role={notice.type === 'declined_later' || notice.type === 'tip_aside' ? 'alert' : 'status'}
      actions={
        <>
          {'paymentId' in notice ? (
            <Button variant="outline" onPress={show}>
              {t('notice.show')}
            </Button>
          ) : null}
          <Button variant="plain" icon={<X aria-hidden size={18} />} onPress={() => till.dismiss(notice.id)}>
            {t('notice.dismiss')}
          </Button>
        </>
      }
    >
      {body}
    </Banner>
  )
}

const LOOKS = {
  interrupted: { tone: 'stop', Icon: TriangleAlert },
  finished: { tone: 'good', Icon: CircleCheck },
  partly_approved: { tone: 'wait', Icon: TriangleAlert },
  declined_later: { tone: 'bad', Icon: TriangleAlert },
  tip_aside: { tone: 'bad', Icon: HandCoins },
  forward_error: { tone: 'stop', Icon: CloudAlert },
} as const

function useNoticeBody(notice: Notice): string {
  const t = useTill()
  const format = useFormat()
  const reason = useLateReason()
  switch (notice.type) {
    case 'forward_error':
      return t('notice.forward_error.body')
    case 'declined_later':
      return t('notice.declined_later.body', {
        amount: format.money(notice.money),
        reason: reason(notice.code).replace(/\.$/, ''),
      })
    case 'tip_aside':
      return t('notice.tip_aside.body', {
        tip: format.money(notice.aside.tip),
        sale: format.money(notice.money),
        why: t(`tip_aside.why.${notice.aside.why}`),
      })
    case 'interrupted':
    case 'finished':
    case 'partly_approved':
      return t(`notice.${notice.type}.body`, { amount: format.money(notice.money) })
  }
}

/** Why a stored payment failed: an issuer's answer or a code of the error table. */
export function useLateReason(): (code: string) => string {
  const shared = useTranslate()
  const refusal = useRefusal()
  return (code) => (isTillCode(code) ? refusal(code) : `${shared(declineMessage(code))} (${code})`)
}

export function UpdateNotice(): ReactNode {
  const t = useTill()
  const { updates } = useRoom()
  const { ready } = useSyncExternalStore(updates.state.subscribe, updates.state.get)
  if (!ready) return null
  return (
    <Banner
      tone="stop"
      title={t('notice.update.title')}
      icon={<DownloadCloud aria-hidden size={22} />}
      actions={
        <Button variant="outline" onPress={updates.apply}>
          {t('notice.update.apply')}
        </Button>
      }
    >
      {t('notice.update.body')}
    </Banner>
  )
}
