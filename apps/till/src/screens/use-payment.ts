import { useEffect, useState } from 'react'
import type { StoredPayment } from '@holdfast/sdk'
import { useRoom, useTillState } from '../shell/till-context.tsx'

/** The payment as it is now; from the journal where the list has not reached it. */
export function usePayment(paymentId: string): StoredPayment | 'looking' | 'unknown' {
  const { till } = useRoom()
  const listed = useTillState().payments.find((payment) => payment.paymentId === paymentId)
  const [found, setFound] = useState<StoredPayment | 'looking' | 'unknown'>('looking')
  useEffect(() => {
    let isCurrent = true
    async function look(): Promise<void> {
      const payment = await till.findPayment(paymentId)
      if (isCurrent) setFound(payment ?? 'unknown')
    }
    void look()
    return () => {
      isCurrent = false
    }
  }, [till, paymentId])
  return listed ?? found
}
