import type { StoredPayment, Terminal } from '@holdfast/sdk'
import type { FaultCounters, Random } from '@holdfast/testing'

export const followUpStates = [
  'follow_up.tip',
  'follow_up.capture',
  'follow_up.refund',
  'follow_up.refund_was_void',
  'follow_up.refused',
] as const

/** After the sale: a tip, a capture of what was only reserved, a refund; 'voided' where that took the payment back. */
export async function followUp(
  terminal: Terminal,
  paymentId: string,
  { random, counters, onVoid }: { random: Random; counters: FaultCounters; onVoid: () => void },
): Promise<'voided' | 'done' | 'refused'> {
  const payment = await terminal.payment(paymentId).catch(() => null)
  if (payment === null || payment.state === 'OPEN') return 'refused'
  const { amountMinor, currency } = payment.money
  const met = (
    name: (typeof followUpStates)[number],
    asked: { readonly status: string },
  ): 'done' | 'refused' => {
    counters.hit(asked.status === 'refused' ? 'follow_up.refused' : name)
    return asked.status === 'refused' ? 'refused' : 'done'
  }
  switch (random.pick(wishesFor(payment))) {
    case 'tip': {
      const tipMinor = Math.floor((amountMinor * random.int(0, 20)) / 100)
      return met('follow_up.tip', await terminal.closeTip(paymentId, { tipMinor, currency }))
    }
    case 'capture': {
      const part = random.chance(0.5) ? { amountMinor: random.int(1, amountMinor), currency } : undefined
      return met('follow_up.capture', await terminal.requestCapture(paymentId, part))
    }
    case 'refund': {
      const whole = random.chance(0.5)
      if (whole) onVoid()
      const wanted = { amountMinor: whole ? amountMinor : random.int(1, amountMinor), currency }
      const asked = await terminal.requestRefund(paymentId, wanted)
      if (asked.status !== 'voided') return met('follow_up.refund', asked)
      counters.hit('follow_up.refund_was_void')
      return 'voided'
    }
  }
}

function wishesFor({ captureMethod }: StoredPayment): readonly ('tip' | 'capture' | 'refund')[] {
  return captureMethod === 'manual' ? ['tip', 'capture', 'refund'] : ['tip', 'refund']
}
