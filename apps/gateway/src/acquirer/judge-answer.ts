import {
  type AdviceAnswer,
  type CardAnswer,
  type HostProfile,
  type Parsed,
  responseCode,
  retryRule,
} from '@holdfast/iso8583'
import type { PresentmentAnswer, ReconciliationAnswer, RefundAnswer } from './presentment-port.ts'
import type { AcquirerAnswer, AdviceMessage } from './acquirer-port.ts'

const TAKEN = '00'
/** "Unable to locate record": to a repeat, the host has taken back what it once answered; to a reversal, it never saw it. */
export const REVERSED = '25'

/** What an answer to a sale means under the host's contract. A code of no table is kept; it never approves. */
export function judgeSale(
  { retry }: HostProfile,
  { repeat }: { readonly repeat: boolean },
  answer: Parsed<CardAnswer>,
): AcquirerAnswer {
  if (!answer.ok) return { kind: 'no_answer' }
  const { responseCode: code, approvalCode = '', amountMinor } = answer.value
  if (repeat && code === REVERSED) return { kind: 'reversed', wasKnown: true }
  if (responseCode(code).class === 'approved')
    return { kind: 'approved', responseCode: code, approvalCode, amountMinor }
  const rule = retryRule(retry, code)
  switch (rule.kind) {
    case 'again': {
      const { triesMax, afterMs } = rule
      return { kind: 'retry_later', responseCode: code, triesMax, afterMs }
    }
    case 'resolve':
      return { kind: 'no_answer' }
    // Advice for people, who find it by the code.
    case 'never':
    case 'later':
    case 'call_issuer':
    case 'correct':
      return { kind: 'declined', responseCode: code }
  }
}

/** An advice is accepted or fails technically; nobody declines what is done. */
export function judgeAdvice(
  { retry }: HostProfile,
  told: Pick<AdviceMessage, 'repeat' | 'advised' | 'money'>,
  answer: Parsed<AdviceAnswer>,
): AcquirerAnswer {
  if (!answer.ok) return { kind: 'no_answer' }
  const { responseCode: code } = answer.value
  const { advised, money } = told
  if (told.repeat && code === REVERSED) return { kind: 'reversed', wasKnown: true }
  if (code !== TAKEN) {
    // Nobody was there to take it: it is told again for as long as that lasts.
    return retryRule(retry, code).kind === 'again'
      ? { kind: 'no_answer' }
      : { kind: 'refused', responseCode: code }
  }
  const said =
    advised.kind === 'voice'
      ? { responseCode: TAKEN, approvalCode: advised.approvalCode }
      : { responseCode: advised.responseCode, approvalCode: advised.responseCode }
  return { kind: 'approved', ...said, amountMinor: money.amountMinor }
}

/** What is presented is done: the host takes it, or fails technically. */
export function judgePresentment(
  { retry }: HostProfile,
  answer: Parsed<Pick<AdviceAnswer, 'responseCode'>>,
): PresentmentAnswer {
  if (!answer.ok) return { kind: 'no_answer' }
  const { responseCode: code } = answer.value
  if (code === TAKEN) return { kind: 'accepted', responseCode: code }
  return retryRule(retry, code).kind === 'again'
    ? { kind: 'no_answer' }
    : { kind: 'refused', responseCode: code }
}

/** A refund is asked: only a yes pays it, only a no ends it. */
export function judgeRefund(
  { retry }: HostProfile,
  answer: Parsed<Pick<AdviceAnswer, 'responseCode'>>,
): RefundAnswer {
  if (!answer.ok) return { kind: 'no_answer' }
  const { responseCode: code } = answer.value
  if (responseCode(code).class === 'approved') return { kind: 'accepted', responseCode: code }
  const rule = retryRule(retry, code)
  switch (rule.kind) {
    case 'again':
      return { kind: 'undecided', responseCode: code, afterMs: rule.afterMs }
    case 'resolve':
      return { kind: 'no_answer' }
    case 'never':
    case 'later':
    case 'call_issuer':
    case 'correct':
      return { kind: 'declined', responseCode: code }
  }
}

export function judgeReconciliation(
  host: HostProfile,
  answer: Parsed<Pick<AdviceAnswer, 'responseCode'>>,
): ReconciliationAnswer {
  const judged = judgePresentment(host, answer)
  if (judged.kind === 'accepted') return { kind: 'in_balance' }
  return judged.kind === 'refused' && judged.responseCode === OUT_OF_BALANCE
    ? { kind: 'out_of_balance' }
    : judged
}

const OUT_OF_BALANCE = '95'
