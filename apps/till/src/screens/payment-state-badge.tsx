import {
  Archive,
  Ban,
  CircleAlert,
  CircleCheck,
  CloudUpload,
  CircleDashed,
  TriangleAlert,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { StoredPayment } from '@holdfast/sdk'
import { StatusBadge } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { lookOf, type PaymentState } from '../state/payment-view.ts'

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

export function PaymentStateBadge({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const { tone, isPart } = lookOf(payment)
  const Icon = isPart ? CircleAlert : ICONS[payment.state]
  return (
    <StatusBadge tone={tone} icon={<Icon aria-hidden size={15} />}>
      {t(isPart ? 'state.partly_approved' : `state.${payment.state}`)}
    </StatusBadge>
  )
}
