import { type Clock, currencyNumber, fromHex, must } from '@holdfast/core'
import {
  AcquirerLink,
  bcdBinary1987,
  buildAuthorisationAdvice,
  buildAuthorisationRequest,
  buildReversalAdvice,
  closesReversal,
  type Dialer,
  parseAuthorisationAdviceAnswer,
  parseAuthorisationAnswer,
  parseReversalAnswer,
  responseCode,
  type SaleLocalTime,
} from '@holdfast/iso8583'
import type { AcquirerProfile, Log } from '../gateway-world.ts'
import type {
  AcquirerAnswer,
  AcquirerPort,
  AdviceMessage,
  AuthorisationMessage,
  MessageIdentity,
  ReversalMessage,
} from './acquirer-port.ts'

export interface Iso8583Acquirer extends AcquirerPort {
  start(): void
  stop(): void
}

const PURCHASE = '000000'
const TAKEN = '00'
/** "Unable to locate record": to a repeat, the host has taken back what it once answered; to a reversal, it never saw it. */
const REVERSED = '25'

/** The acquirer behind ISO 8583:1987 over one signed-on connection. */
export function createIso8583Acquirer(deps: {
  readonly dialer: Dialer
  readonly clock: Clock
  readonly random: () => number
  readonly profile: AcquirerProfile
  readonly log: Log
}): Iso8583Acquirer {
  const { clock, profile, log } = deps
  const link = new AcquirerLink({
    profile: bcdBinary1987,
    dialer: deps.dialer,
    random: deps.random,
    clock: {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      setTimer: (afterMs, run) => clock.timer(afterMs, run),
    },
    onStateChange: (state, why) => log.info({ state, why, link: profile.link }, 'acquirer link'),
  })
  return {
    start: () => link.start(),
    stop: () => link.stop(),
    state: () => (link.state() === 'up' ? 'up' : 'down'),
    async authorise(message, limits) {
      const exchange = await link.exchange(authorisationRequest(profile, message), limits)
      if (exchange.kind !== 'answer') return { kind: exchange.kind }
      const answer = parseAuthorisationAnswer(exchange.message)
      if (!answer.ok) return { kind: 'no_answer' }
      if (message.repeat && answer.value.responseCode === REVERSED)
        return { kind: 'reversed', wasKnown: true }
      return judge(answer.value)
    },
    async advise(message, limits) {
      const exchange = await link.exchange(authorisationAdvice(profile, message), limits)
      if (exchange.kind !== 'answer') return { kind: exchange.kind }
      const answer = parseAuthorisationAdviceAnswer(exchange.message)
      if (!answer.ok) return { kind: 'no_answer' }
      const { responseCode: code } = answer.value
      if (message.repeat && code === REVERSED) return { kind: 'reversed', wasKnown: true }
      // Nobody was there to take it: it is told again for as long as that lasts.
      if (responseCode(code).class === 'retry_later') return { kind: 'no_answer' }
      if (code !== TAKEN) return { kind: 'refused', responseCode: code }
      const { advised, money } = message
      const said =
        advised.kind === 'voice'
          ? { responseCode: TAKEN, approvalCode: advised.approvalCode }
          : { responseCode: advised.responseCode, approvalCode: advised.responseCode }
      return { kind: 'approved', ...said, amountMinor: money.amountMinor }
    },
    async reverse(message, limits) {
      const exchange = await link.exchange(reversalAdvice(profile, message), limits)
      if (exchange.kind !== 'answer') return { kind: exchange.kind }
      const answer = parseReversalAnswer(exchange.message)
      return answer.ok && closesReversal(answer.value.responseCode)
        ? { kind: 'reversed', wasKnown: answer.value.responseCode !== REVERSED }
        : { kind: 'no_answer' }
    },
  }
}

function judge(answer: { responseCode: string; approvalCode?: string; amountMinor: number }): AcquirerAnswer {
  const { responseCode: code, amountMinor } = answer
  switch (responseCode(code).class) {
    case 'approved':
      return { kind: 'approved', responseCode: code, approvalCode: answer.approvalCode ?? '', amountMinor }
    case 'declined':
      return { kind: 'declined', responseCode: code }
    case 'retry_later':
      return { kind: 'retry_later', responseCode: code }
    case 'unknown':
      return { kind: 'no_answer' }
  }
}

function authorisationRequest(profile: AcquirerProfile, message: AuthorisationMessage) {
  const { track2 } = message.card
  return buildAuthorisationRequest(bcdBinary1987, {
    ...sale(profile, message),
    ...(track2 === null ? {} : { track2 }),
    deferred: message.deferred,
  })
}

function authorisationAdvice(profile: AcquirerProfile, message: AdviceMessage) {
  return buildAuthorisationAdvice(bcdBinary1987, { ...sale(profile, message), advised: message.advised })
}

function sale(profile: AcquirerProfile, message: MessageIdentity & CardOfSale) {
  const { card } = message
  return {
    ...common(profile, message),
    pan: card.pan,
    expiry: card.expiry,
    ...(card.panSequence === null ? {} : { panSequence: card.panSequence.padStart(3, '0') }),
    posEntryMode: card.emv === '' ? '901' : message.contactless ? '071' : '051',
    mcc: profile.merchantCategory,
    ...(card.emv === ''
      ? {}
      : { emv: must(fromHex(card.emv), 'the schema of a card admits hexadecimal only') }),
  }
}

type CardOfSale = Pick<AuthorisationMessage, 'card' | 'contactless'>

function reversalAdvice(profile: AcquirerProfile, message: ReversalMessage) {
  const { advice, stan, transmittedAtMs } = message.original
  return buildReversalAdvice({
    ...common(profile, message),
    ...(message.pan === null ? {} : { pan: message.pan }),
    ...(message.approvalCode === null ? {} : { approvalCode: message.approvalCode }),
    reason: message.why === 'customer' ? '17' : '68',
    original: { mti: advice ? '0120' : '0100', stan, transmittedAtMs },
  })
}

function common(profile: AcquirerProfile, message: MessageIdentity) {
  const { acquirerId, merchantId } = profile
  return {
    repeat: message.repeat,
    processingCode: PURCHASE,
    amountMinor: message.money.amountMinor,
    currencyNumeric: currencyNumber(message.money.currency),
    transmittedAtMs: message.transmittedAtMs,
    stan: message.stan,
    rrn: message.rrn,
    saleLocalTime: saleLocalTime(message.saleMs, message.utcOffsetMin),
    terminalId: message.terminalId,
    acquirerId,
    merchantId,
  }
}

/** The clock on the shop's wall at the moment of sale. */
function saleLocalTime(saleMs: number, utcOffsetMin: number): SaleLocalTime {
  const iso = new Date(saleMs + utcOffsetMin * 60_000).toISOString()
  return { MMDD: iso.slice(5, 7) + iso.slice(8, 10), hhmmss: iso.slice(11, 19).replaceAll(':', '') }
}
