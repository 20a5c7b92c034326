import { must, newId, type OfflineNeed } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'
import {
  type CompleteResult,
  contactDetails,
  type ErrorCode,
  type OfflineReason,
  type OnlineAnswer,
} from '@holdfast/protocol'
import { type Device, idSourceOf } from '../device.ts'
import { NAME_LENGTH_MAX } from '../limits.ts'
import type { ConfirmOptions, ConfirmResult, OfflineBehavior } from './payment-intent.ts'
import { askIssuer, type IssuerApproval, type OnWaiting } from './ask-issuer.ts'
import {
  acceptOffline,
  acceptOnline,
  concludeCardRefused,
  concludeDeclined,
  startAttempt,
  type Try,
} from './attempt-steps.ts'
import { couldBeVoice, decideNow, isNeed } from './decide-now.ts'
import { offerStoreNow } from './offer-store-now.ts'
import type { CollectedCard, Sale, Waiting } from './sale.ts'
import { sealedContact } from './seal-contact.ts'

/** Brings the card that was read to a decision: the issuer's where it can be had, else the card's and the lease's. */
export async function confirmPayment(
  device: Device,
  sale: Sale,
  options: ConfirmOptions,
): Promise<ConfirmResult> {
  const { card, waiting } = sale
  if (card === null) return { status: 'refused', code: 'card_unreadable' }
  if (!isWellFormed(options)) return { status: 'refused', code: 'parameter_invalid' }
  sale.card = null
  sale.waiting = null
  const behavior = options.offlineBehavior ?? sale.intent.offlineBehavior
  const attempt = waiting?.attempt ?? (await newTry(device, sale, card.read))
  const consent = await consentOf(device, sale, options)
  const { onWaiting } = options
  const confirming = { device, sale, behavior, card, onWaiting, attempt: { ...attempt, ...consent } }
  if (waiting !== null) return storeOffline(confirming, waiting)
  if (card.read.cryptogram === 'TC') {
    return storeOffline(confirming, { why: reasonNotToAsk(confirming) ?? 'card', ...NOT_ASKED })
  }
  const why = reasonNotToAsk(confirming)
  return why === null ? confirmOnline(confirming) : storeOffline(confirming, { why, ...NOT_ASKED })
}

const NOT_ASKED = { asked: null, completed: null }

function isWellFormed({ approver = '', contact, voiceCode = '0' }: ConfirmOptions): boolean {
  if (approver.length > NAME_LENGTH_MAX || !VOICE_CODE.test(voiceCode)) return false
  return contactDetails.optional().safeParse(contact).success
}

/** What fits into the field for an approval code (ISO 8583, field 38). */
const VOICE_CODE = /^[0-9A-Za-z]{1,6}$/

interface Confirming {
  readonly device: Device
  readonly sale: Sale
  readonly behavior: OfflineBehavior
  readonly card: CollectedCard
  readonly onWaiting: ConfirmOptions['onWaiting']
  readonly attempt: Try
}

async function newTry(device: Device, sale: Sale, read: Try['read']): Promise<Try> {
  const { saleId, paymentId } = sale.intent
  const sealedSha256 = await sha256Text(device.deps.crypto, read.sealed)
  const attemptId = newId('att', idSourceOf(device.deps))
  const { operator } = sale
  const nobody = { approver: null, contact: null, voiceCode: null }
  return { attemptId, saleId, paymentId, operator, ...nobody, read, sealedSha256, started: false }
}

async function consentOf(
  device: Device,
  { intent }: Sale,
  options: ConfirmOptions,
): Promise<Pick<Try, 'approver' | 'contact' | 'voiceCode'>> {
  const { approver = null, contact } = options
  const voiceCode = options.voiceCode?.toUpperCase() ?? null
  if (contact === undefined) return { approver, contact: null, voiceCode }
  return { approver, contact: await sealedContact(device, intent.paymentId, contact), voiceCode }
}

/** Null when the gateway is to be asked. */
function reasonNotToAsk({ device, behavior }: Confirming): OfflineReason | null {
  if (behavior === 'force_offline' || device.gateway.silent) return 'forced'
  return device.detector.status === 'offline' ? (device.detector.outage ?? 'internet') : null
}

async function confirmOnline(confirming: Confirming): Promise<ConfirmResult> {
  const { device, sale, attempt } = confirming
  const written = await device.journal.append(startAttempt(attempt))
  if (!written.ok) {
    await complete(confirming, { online: 'unable' })
    return { status: 'refused', code: written.code }
  }
  const asked: Confirming = { ...confirming, attempt: { ...attempt, started: true } }
  const record = must(written.records[0], 'the attempt was written').wire
  const answer = await askIssuer(device, { ...attempt, record }, offerOf(asked))
  switch (answer.answer) {
    case 'approved':
      return conclude(asked, answer)
    case 'declined': {
      const { responseCode } = answer
      const isReferral = REFERRALS.includes(responseCode)
      const said = isReferral ? sale.referred : sale.declined
      said.add(attempt.read.facts.fingerprint)
      await complete(asked, { online: 'answered', responseCode })
      // The decline holds also when it could not be written: nothing was accepted.
      await device.journal.append(concludeDeclined(asked.attempt, responseCode))
      const declined = { status: 'declined', paymentId: attempt.paymentId, responseCode } as const
      return isReferral ? refer(asked, declined) : declined
    }
    case 'refused':
      await complete(asked, { online: 'unable' })
      return { status: 'refused', code: answer.code }
    case 'none':
      return storeOffline(asked, {
        why: answer.why,
        asked: { attempt: asked.attempt, result: answer.why === 'acquirer' ? 'deferred' : 'no_answer' },
        completed: null,
      })
  }
}

/** DE39 of an issuer that wants to be called. It has not declined: its code by telephone is an approval. */
const REFERRALS: readonly string[] = ['01', '02']

type Declined = Extract<ConfirmResult, { status: 'declined' }>

/**
 * The attempt that was sent is over, and what the issuer says by telephone is another one: the gateway tells it as such.
 * The card has been closed; its first cryptogram is what the issuer gets to see.
 */
async function refer(confirming: Confirming, declined: Declined): Promise<ConfirmResult> {
  const { device, sale, behavior, card } = confirming
  if (behavior === 'require_online') return declined
  const attempt = anotherTry(device, confirming.attempt)
  const { receipt } = attempt.read
  const waiting = {
    attempt,
    why: 'no_answer',
    asked: null,
    completed: { cryptogram: null, receipt },
  } as const
  if (attempt.voiceCode !== null) return storeOffline({ ...confirming, attempt }, waiting)
  if (!(await couldBeVoice({ ...confirming, attempt }, { final: null, isReferral: true }))) return declined
  sale.card = card
  sale.waiting = waiting
  return { ...declined, voicePossible: true }
}

function anotherTry(device: Device, attempt: Try): Try {
  return { ...attempt, attemptId: newId('att', idSourceOf(device.deps)), started: false }
}

function offerOf({ device, sale, behavior, card, attempt, onWaiting }: Confirming): OnWaiting {
  const allowed = behavior !== 'require_online' && !sale.declined.has(attempt.read.facts.fingerprint)
  return offerStoreNow({
    device,
    attempt,
    allowed,
    readerCapable: card.reader.info.offlineCapable,
    onWaiting,
  })
}

/** The issuer approved; the card has the last word. */
async function conclude(confirming: Confirming, approval: IssuerApproval): Promise<ConfirmResult> {
  const { device, sale, attempt } = confirming
  const { responseCode, approvalCode } = approval
  const { amountMinor } = sale.intent.money
  const approvedMinor = Math.min(approval.approvedMinor ?? amountMinor, amountMinor)
  const owedMinor = amountMinor - approvedMinor
  const completed = await complete(confirming, { online: 'answered', responseCode })
  if (completed === null || completed.cryptogram === 'AAC') {
    await device.journal.append(concludeCardRefused(attempt, responseCode))
    return { status: 'refused', code: completed === null ? 'card_removed' : 'offline_card_declined' }
  }
  const accepted = await device.journal.append(
    acceptOnline(attempt, { responseCode, approvalCode, approvedMinor }, completed),
  )
  // Not written is not accepted: nobody claims the approval, so the gateway reverses it.
  if (!accepted.ok) return { status: 'refused', code: accepted.code }
  for (const payment of accepted.payments) device.emit({ type: 'paymentChanged', payment })
  const { paymentId, read } = attempt
  const said = { approvalCode, approvedMinor, owedMinor }
  return { status: 'approved', paymentId, ...said, card: read.facts, receipt: completed.receipt }
}

async function storeOffline(confirming: Confirming, input: Omit<Waiting, 'attempt'>): Promise<ConfirmResult> {
  const { device, sale, behavior, attempt, card } = confirming
  const { why, asked } = input
  const { facts } = attempt.read
  const need = behavior === 'require_online' ? null : missingConsent(confirming)
  if (need !== null) {
    // The card stays in the reader: the till asks, and confirms the same card again.
    sale.card = card
    sale.waiting = asked === null && input.completed === null ? null : { ...input, attempt }
    return { status: 'refused', code: need }
  }
  const completed = input.completed ?? (await complete(confirming, { online: 'unable' }))
  if (behavior === 'require_online') return { status: 'refused', code: 'offline_required_online' }
  // A decline is final: the same card is not stored over it when the network goes away afterwards.
  if (sale.declined.has(facts.fingerprint)) return { status: 'refused', code: 'card_declined' }
  if (completed === null) return { status: 'refused', code: 'card_removed' }
  const isReferral = sale.referred.has(facts.fingerprint)
  const isVoice = attempt.voiceCode !== null
  const refused = async (code: ErrorCode): Promise<ConfirmResult> => {
    const { cryptogram: final } = completed
    if (!(await couldBeVoice(confirming, { final, isReferral }))) return { status: 'refused', code }
    sale.card = card
    sale.waiting = { attempt, why, asked, completed }
    return { status: 'refused', code, voicePossible: true }
  }
  if (isReferral && !isVoice) return refused('card_declined')
  const stored = await device.journal.append(
    // What was asked online and what was said by telephone are two approvals; only the second one is claimed.
    acceptOffline(isVoice && asked !== null ? anotherTry(device, attempt) : attempt, {
      why,
      asked,
      completed,
      readerCapable: card.reader.info.offlineCapable,
    }),
  )
  if (!stored.ok) return refused(stored.code)
  for (const payment of stored.payments) device.emit({ type: 'paymentStored', payment })
  const { paymentId } = attempt
  const { receipt } = completed
  return { status: 'stored', paymentId, kind: stored.value, why, card: facts, receipt }
}

/** What only a person can still add; null when nothing is missing, or when another rule refuses the sale anyway. */
function missingConsent(confirming: Confirming): OfflineNeed | null {
  const decision = decideNow(confirming, { final: null, uses: [] })
  return !decision.accept && isNeed(decision.refusal) ? decision.refusal : null
}

/** Null when the reader failed over it: what the card answered is then unknown, and nothing rests on it. */
function complete({ card, attempt }: Confirming, answer: OnlineAnswer): Promise<CompleteResult | null> {
  return card.reader.complete(attempt.read.readId, answer).catch(() => null)
}
