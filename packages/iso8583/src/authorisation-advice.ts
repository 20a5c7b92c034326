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

/** 0120, or 0121 until it is answered: an approval given elsewhere, for the books; the batch presents the sale. */
export function buildAuthorisationAdvice(profile: WireProfile, advice: CardAdvice): Iso8583Message {
  return { mti: advice.repeat ? '0121' : '0120', fields: writeAdvice(profile, advice) }
}

export function parseAuthorisationAdvice(
  profile: WireProfile,
  { mti, fields }: Iso8583Message,
): Parsed<ReceivedCardAdvice> {
  if (mti !== '0120' && mti !== '0121') return { ok: false, code: 'wrong_message' }
  return readAdvice(profile, fields, mti === '0121')
}

/** 0130, for 0120 and 0121 alike. */
export function buildAuthorisationAdviceAnswer(answer: AdviceAnswer): Iso8583Message {
  return { mti: '0130', fields: writeAdviceAnswer(answer) }
}

export function parseAuthorisationAdviceAnswer({ mti, fields }: Iso8583Message): Parsed<AdviceAnswer> {
  return mti === '0130' ? readAdviceAnswer(fields) : { ok: false, code: 'wrong_message' }
}
