import { Undo2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Money } from '@holdfast/core'
import { Button, ConfirmDialog, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { useRoom } from '../shell/till-context.tsx'

export interface VoidButtonProps {
  readonly paymentId: string
  readonly money: Money
  /** What of `money` the bank did not approve; the rest of it is what goes back. */
  readonly owedMinor: number
  readonly onVoided?: () => void
}

/** Takes a payment back, after a question. */
export function VoidButton({ paymentId, money, owedMinor, onVoided }: VoidButtonProps): ReactNode {
  const t = useTill()
  const format = useFormat()
  const refusal = useRefusal()
  const { till } = useRoom()
  const [dialog, setDialog] = useState<'closed' | 'asking' | 'busy'>('closed')
  const [code, setCode] = useState<string | null>(null)
  const isPart = owedMinor > 0
  const amount = format.money({ ...money, amountMinor: money.amountMinor - owedMinor })

  async function voidIt(): Promise<void> {
    setDialog('busy')
    const refused = await till.voidPayment(paymentId)
    setCode(refused)
    setDialog('closed')
    if (refused === null) onVoided?.()
  }

  return (
    <>
      <Button
        variant="outline"
        large
        icon={<Undo2 aria-hidden size={20} />}
        onPress={() => setDialog('asking')}
      >
        {t(isPart ? 'partial.cancel' : 'payment.void')}
      </Button>
      {code === null ? null : (
        <p className="payment__reason" role="alert">
          {t('payment.void.failed')} {refusal(code)}
        </p>
      )}
      <ConfirmDialog
        open={dialog !== 'closed'}
        busy={dialog === 'busy'}
        danger
        title={t(isPart ? 'partial.cancel.title' : 'payment.void.title')}
        confirmLabel={t(isPart ? 'partial.cancel' : 'payment.void.confirm')}
        onConfirm={() => void voidIt()}
        onCancel={() => setDialog('closed')}
      >
        {t(isPart ? 'partial.cancel.body' : 'payment.void.body', { amount })}
      </ConfirmDialog>
    </>
  )
}
