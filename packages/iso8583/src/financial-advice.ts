import {
  type AdviceAnswer,
  type CardAdvice,
  readAdvice,
  readAdviceAnswer,
  type ReceivedCardAdvice,
  writeAdvice,
  writeAdviceAnswer,
} from './card-advice.ts'
import type { Iso8583Message, Parsed } from './message.ts'
import type { WireProfile } from './profile.ts'

/** 0220, or 0221 until it is answered: a sale that is done; the host captures it. */
export function buildFinancialAdvice(profile: WireProfile, advice: CardAdvice): Iso8583Message {
  return { mti: advice.repeat ? '0221' : '0220', fields: writeAdvice(profile, advice) }
}

export function parseFinancialAdvice(
  profile: WireProfile,
  { mti, fields }: Iso8583Message,
): Parsed<ReceivedCardAdvice> {
  if (mti !== '0220' && mti !== '0221') return { ok: false, code: 'wrong_message' }
  return readAdvice(profile, fields, mti === '0221')
}

/** 0230, for 0220 and 0221 alike. */
export function buildFinancialAdviceAnswer(answer: AdviceAnswer): Iso8583Message {
  return { mti: '0230', fields: writeAdviceAnswer(answer) }
}

export function parseFinancialAdviceAnswer({ mti, fields }: Iso8583Message): Parsed<AdviceAnswer> {
  return mti === '0230' ? readAdviceAnswer(fields) : { ok: false, code: 'wrong_message' }
}
