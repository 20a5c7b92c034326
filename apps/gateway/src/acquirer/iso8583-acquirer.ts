import type { Clock } from '@holdfast/core'
import {
  AcquirerLink,
  buildBatchUpload,
  buildFinancialAdvice,
  buildIncrementRequest,
  buildReconciliationRequest,
  buildRefundRequest,
  buildReversalAdvice,
  buildSaleAdvice,
  buildSaleRequest,
  closesReversal,
  type Dialer,
  type Exchange,
  type Iso8583Message,
  LINK_LIMITS,
  type LinkMac,
  parseAuthorisationAnswer,
  parseBatchUploadAnswer,
  parseFinancialAnswer,
  parseFinancialAdviceAnswer,
  parseReconciliationAnswer,
  parseReversalAnswer,
  parseSaleAdviceAnswer,
  parseSaleAnswer,
} from '@holdfast/iso8583'
import type { Log } from '../ports/log.ts'
import type { AcquirerAnswer, AcquirerPort, OnLate, SendLimits } from './acquirer-port.ts'
import type { IncrementPort } from './increment-port.ts'
import type { PresentmentPort } from './presentment-port.ts'
import type { AcquirerProfile } from './acquirer-profile.ts'
import {
  adviceOf,
  completionOf,
  incrementOf,
  reconciliationOf,
  refundOf,
  refundReversalOf,
  refundUploadOf,
  requestOf,
  reversalOf,
  uploadOf,
} from './card-messages.ts'
import {
  judgeAdvice,
  judgePresentment,
  judgeReconciliation,
  judgeRefund,
  judgeSale,
  REVERSED,
} from './judge-answer.ts'
import { LateListeners } from './late-listeners.ts'

export interface Iso8583Acquirer extends AcquirerPort, IncrementPort, PresentmentPort {
  start(): void
  stop(): void
}

/** The acquirer behind ISO 8583:1987 over one signed-on connection, as its profile says. */
export function createIso8583Acquirer(deps: {
  readonly dialer: Dialer
  readonly clock: Clock
  readonly random: () => number
  readonly profile: AcquirerProfile
  /** Given exactly when the profile has MACs. */
  readonly mac?: LinkMac | undefined
  readonly log: Log
  /** Told at each change of the link's state. */
  readonly onState?: () => void
}): Iso8583Acquirer {
  const { clock, profile, log, mac } = deps
  const { host } = profile
  const late = new LateListeners(LINK_LIMITS.lateMax)
  const link = new AcquirerLink({
    profile: host.wire,
    dialer: deps.dialer,
    random: deps.random,
    clock: {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      setTimer: (afterMs, run) => clock.timer(afterMs, run),
    },
    ...(mac === undefined ? {} : { mac }),
    onStateChange(state, why) {
      log.info({ state, why, link: profile.link }, 'acquirer link')
      deps.onState?.()
    },
    onBreakerChange: (state) => log.info({ state, link: profile.link }, 'acquirer breaker'),
    onLate({ message, sinceSentMs }) {
      const isHeard = late.hear(message)
      log.info({ ...idsOf(message), sinceSentMs, isHeard }, 'late answer')
    },
  })

  /** Only the answer to a sale has somebody to hear it late; a reversal is repeated until it is answered. */
  async function exchange(
    message: Iso8583Message,
    { timeoutMs, sendBeforeMs }: SendLimits,
    judge: (message: Iso8583Message) => AcquirerAnswer,
    onLate?: OnLate,
  ): Promise<AcquirerAnswer> {
    const ended: Exchange = await link.exchange(message, { timeoutMs, sendBeforeMs })
    if (ended.kind === 'answer') {
      late.forget(message)
      return judge(ended.message)
    }
    if (ended.kind === 'no_answer' && onLate !== undefined)
      late.await(message, (answer) => onLate(judge(answer)))
    return { kind: ended.kind }
  }

  return {
    start: () => link.start(),
    stop: () => link.stop(),
    state: () => (link.state() === 'up' ? 'up' : 'down'),
    authorise(message, limits, onLate) {
      const { repeat } = message
      const judge = (said: Iso8583Message) => judgeSale(host, { repeat }, parseSaleAnswer(said))
      return exchange(
        buildSaleRequest(host, requestOf(profile, message), takingOf(message)),
        limits,
        judge,
        onLate,
      )
    },
    advise(message, limits, onLate) {
      const { repeat, advised, money } = message
      const judge = (said: Iso8583Message) =>
        judgeAdvice(host, { repeat, advised, money }, parseSaleAdviceAnswer(said))
      return exchange(
        buildSaleAdvice(host, adviceOf(profile, message), takingOf(message)),
        limits,
        judge,
        onLate,
      )
    },
    increase(message, limits) {
      const { repeat } = message
      const judge = (said: Iso8583Message) => judgeSale(host, { repeat }, parseAuthorisationAnswer(said))
      return exchange(buildIncrementRequest(host.wire, incrementOf(profile, message)), limits, judge)
    },
    async complete(message, limits) {
      const advice = buildFinancialAdvice(host.wire, completionOf(profile, message))
      const ended = await link.exchange(advice, limits)
      if (ended.kind !== 'answer') return { kind: ended.kind }
      return judgePresentment(host, parseFinancialAdviceAnswer(ended.message))
    },
    async upload(message, limits) {
      const ended = await link.exchange(buildBatchUpload(uploadOf(profile, message)), limits)
      if (ended.kind !== 'answer') return { kind: ended.kind }
      return judgePresentment(host, parseBatchUploadAnswer(ended.message))
    },
    async refund(message, limits) {
      const ended = await link.exchange(buildRefundRequest(host.wire, refundOf(profile, message)), limits)
      if (ended.kind !== 'answer') return { kind: ended.kind }
      return judgeRefund(host, parseFinancialAnswer(ended.message))
    },
    async uploadRefund(message, limits) {
      const ended = await link.exchange(buildBatchUpload(refundUploadOf(profile, message)), limits)
      if (ended.kind !== 'answer') return { kind: ended.kind }
      return judgeRefund(host, parseBatchUploadAnswer(ended.message))
    },
    async takeBack(message, limits) {
      const ended = await link.exchange(buildReversalAdvice(refundReversalOf(profile, message)), limits)
      const answer = ended.kind === 'answer' ? parseReversalAnswer(ended.message) : undefined
      return answer?.ok === true && closesReversal(answer.value.responseCode) ? 'taken_back' : 'no_answer'
    },
    async reconcile(message, limits) {
      const request = buildReconciliationRequest(reconciliationOf(profile, message))
      const ended = await link.exchange(request, limits)
      if (ended.kind !== 'answer') return { kind: ended.kind }
      return judgeReconciliation(host, parseReconciliationAnswer(ended.message))
    },
    reverse(message, limits) {
      const judge = (said: Iso8583Message): AcquirerAnswer => {
        const answer = parseReversalAnswer(said)
        return answer.ok && closesReversal(answer.value.responseCode)
          ? { kind: 'reversed', wasKnown: answer.value.responseCode !== REVERSED }
          : { kind: 'no_answer' }
      }
      return exchange(buildReversalAdvice(reversalOf(profile, message)), limits, judge)
    },
  }
}

function takingOf({ holds }: { readonly holds?: boolean }): 'hold' | 'take' {
  return holds === true ? 'hold' : 'take'
}

/** A message is never logged: it holds the card. */
function idsOf({ mti, fields }: Iso8583Message) {
  return { mti, stan: fields[11], rrn: fields[37], terminal: fields[41]?.trimEnd(), code: fields[39] }
}
