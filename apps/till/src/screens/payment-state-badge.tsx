import { Archive, Ban, CircleCheck, CloudUpload, CircleDashed, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { StatusBadge } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { type PaymentState, toneOf } from '../state/payment-view.ts'

const ICONS = {
  OPEN: CircleDashed,
  QUEUED: Archive,
  UPLOADED: CloudUpload,
  PROCESSED: CircleCheck,
  ACCEPTED_ONLINE: CircleCheck,
  FAILED_TO_UPLOAD: TriangleAlert,
  FAILED_TO_PROCESS: TriangleAlert,
  VOIDED: Ban,
} as const satisfies Record<PaymentState, unknown>

export function PaymentStateBadge({ state }: { readonly state: PaymentState }): ReactNode {
  const t = useTill()
  const Icon = ICONS[state]
  return (
    <StatusBadge tone={toneOf(state)} icon={<Icon aria-hidden size={15} />}>
      {t(`state.${state}`)}
    </StatusBadge>
  )
}
