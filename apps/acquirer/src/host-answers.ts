import {
  type AccountBalance,
  answerMti,
  buildAuthorisationAdviceAnswer,
  buildAuthorisationAnswer,
  buildFinancialAdviceAnswer,
  buildFinancialAnswer,
  buildReversalAnswer,
  encodeTlv,
  type Fields,
  type Iso8583Message,
  type ReceivedReversalAdvice,
  transmissionTime,
} from '@holdfast/iso8583'

import type { Decision } from './issuer.ts'
import type { TransactionIds } from './journal.ts'
import type { RefundAnswer } from './refund-desk.ts'

/** 0110 or 0210, made of nothing but what is journalled: the first answer and each later one are the same. */
export function saleAnswer(
  askedMti: string,
  line: Omit<Decision, 'kind'> & { readonly ids: TransactionIds; readonly atMs: number },
): Iso8583Message {
  const { ids, responseCode, approvalCode, answeredMinor, chip, availableMinor, currency } = line
  const balance: AccountBalance | undefined =
    availableMinor === undefined
      ? undefined
      : { kind: 'available', currencyNumeric: currency, amountMinor: availableMinor }
  const answer = {
    ...answerIds(ids),
    responseCode,
    ...(approvalCode === undefined ? {} : { approvalCode }),
    amountMinor: answeredMinor,
    ...(balance === undefined ? {} : { balances: [balance] }),
    ...(chip ? { emv: encodeTlv([{ tag: '8A', value: new TextEncoder().encode(responseCode) }]) } : {}),
  }
  return askedMti.startsWith('02')
    ? buildFinancialAnswer({ ...answer, settlementDate: businessDay(line.atMs) })
    : buildAuthorisationAnswer(answer)
}

/** 0210 to a refund. */
export function refundAnswer(
  line: RefundAnswer & { readonly ids: TransactionIds; readonly amountMinor: number; readonly atMs: number },
): Iso8583Message {
  const { ids, responseCode, approvalCode, amountMinor, atMs } = line
  return buildFinancialAnswer({
    ...answerIds(ids),
    responseCode,
    ...(approvalCode === undefined ? {} : { approvalCode }),
    amountMinor,
    settlementDate: businessDay(atMs),
  })
}

/** 0130 or 0230. */
export function adviceAnswer(
  toldMti: string,
  { ids, responseCode, atMs }: { ids: TransactionIds; responseCode: string; atMs: number },
): Iso8583Message {
  const answer = { ...answerIds(ids), responseCode }
  return toldMti.startsWith('02')
    ? buildFinancialAdviceAnswer({ ...answer, settlementDate: businessDay(atMs) })
    : buildAuthorisationAdviceAnswer(answer)
}

export function reversalAnswer(advice: ReceivedReversalAdvice, responseCode: string): Iso8583Message {
  const { form, stan, rrn, terminalId, saleLocalTime } = advice
  return buildReversalAnswer({ form, stan, rrn, terminalId, saleLocalTime, responseCode })
}

/** 30, with whatever the sender needs to know its request again. */
export function formatError({ mti, fields }: Iso8583Message): Iso8583Message {
  const { 4: amount, 7: sent, 11: stan, 12: time, 13: date, 37: rrn, 41: terminal, 70: code } = fields
  const echo: { [number: number]: string | undefined } = {
    4: amount,
    7: sent,
    11: stan,
    12: time,
    13: date,
    37: rrn,
    41: terminal,
    70: code,
  }
  const present = Object.entries(echo).filter(([, value]) => value !== undefined)
  const echoed: Fields = Object.fromEntries(present)
  return { mti: answerMti(mti) ?? mti, fields: { ...echoed, 39: '30' } }
}

function answerIds(ids: TransactionIds) {
  return {
    stan: ids.stan,
    rrn: ids.rrn,
    terminalId: ids.terminal,
    saleLocalTime: { MMDD: ids.localDate, hhmmss: ids.localTime },
  }
}

/** DE15: where the host captures, the day it books on. */
function businessDay(atMs: number): string {
  return transmissionTime(atMs).slice(0, 4)
}
