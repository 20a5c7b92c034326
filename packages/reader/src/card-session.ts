import { type Crypto, toHex } from '@holdfast/core'
import { sealCard } from '@holdfast/envelope'
import type {
  CardRead,
  CompleteResult,
  OnlineAnswer,
  ReadFailure,
  ReadRequest,
  ReceiptTags,
} from '@holdfast/protocol'
import { upperHex } from './chip-data.ts'
import { entryModeOf, maskedFacts } from './masked-facts.ts'
import { readChip, type ReaderWorld, readStripe, type SecondCryptogram } from './read-card.ts'
import { type CardName, type SimulatedCard, simulatedCards } from './simulated-cards.ts'
import { simulatedCryptogram } from './simulated-cryptogram.ts'

/** What outlives the sealing until `complete`: no number, no track, no expiry. */
export interface CardSession {
  readonly readId: string
  readonly receipt: ReceiptTags
  /** Null where there is no second GENERATE AC. */
  readonly second: SecondCryptogram | null
}

export type OpenedSession =
  | { readonly ok: true; readonly read: CardRead; readonly session: CardSession }
  | { readonly ok: false; readonly code: ReadFailure }

/** From the card in the slot to the first GENERATE AC, masked and sealed. */
export async function openSession(
  world: ReaderWorld,
  name: CardName,
  request: ReadRequest,
): Promise<OpenedSession> {
  const { crypto } = world
  const { readId, sealKey, context } = request
  const card: SimulatedCard = simulatedCards[name]
  const { behaviour } = card
  if (behaviour.kind === 'failing') return { ok: false, code: behaviour.code }
  if (request.entryModes?.includes(entryModeOf(behaviour)) === false)
    return { ok: false, code: 'entry_mode_not_offered' }
  const first =
    behaviour.kind === 'stripe'
      ? readStripe(card, behaviour.trackTail)
      : await readChip(world, { name, card, behaviour }, request)
  const { cryptogram, receipt, second } = first
  const read: CardRead = {
    readId,
    cryptogram: receipt.cryptogramType,
    facts: await maskedFacts(world, card, behaviour),
    receipt,
    cryptogramSha256: toHex(await crypto.sha256(cryptogram)),
    sealed: await sealCard(crypto, sealKey, context, first.secrets),
  }
  return { ok: true, read, session: { readId, receipt, second } }
}

/** The second GENERATE AC where the card has one; otherwise the card has already said all it will. */
export async function finishSession(
  crypto: Crypto,
  { receipt, second }: CardSession,
  answer: OnlineAnswer,
): Promise<CompleteResult> {
  if (second === null) {
    const issuerSpoke = answer.online === 'answered' && receipt.cryptogramType === 'ARQC'
    const authorisationResponseCode = issuerSpoke ? tag8A(answer) : receipt.authorisationResponseCode
    return { cryptogram: null, receipt: { ...receipt, authorisationResponseCode } }
  }
  const type = answer.online === 'unable' ? second.unable : approves(answer) ? 'TC' : 'AAC'
  const authorisationResponseCode = answer.online === 'answered' ? tag8A(answer) : type === 'TC' ? 'Y3' : 'Z3'
  const cryptogram = await simulatedCryptogram(crypto, second.cardKey, second.transaction, {
    type,
    authorisationResponseCode,
  })
  const applicationCryptogram = upperHex(cryptogram)
  return {
    cryptogram: type,
    receipt: { ...receipt, applicationCryptogram, cryptogramType: type, authorisationResponseCode },
  }
}

type Answered = Extract<OnlineAnswer, { online: 'answered' }>

/** The approvals of ISO 8583:1987 field 39. Any other answer, also one that we do not know, closes the card with AAC. */
const APPROVALS: readonly string[] = ['00', '08', '10', '11', '85']

function approves({ responseCode }: Answered): boolean {
  return APPROVALS.includes(responseCode)
}

/** Tag 8A has two characters. A code that does not fit is no approval, and 05 tells the card so. */
function tag8A({ responseCode }: Answered): string {
  return responseCode.length === 2 ? responseCode : '05'
}
