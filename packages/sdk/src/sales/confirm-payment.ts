import { decideOffline, must, newId, type OfflineNeed } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'
import {
  type CompleteResult,
  contactDetails,
  type OfflineReason,
  type OnlineAnswer,
} from '@holdfast/protocol'
import { type Device, idSourceOf, readerIdOf } from '../device.ts'
import { NAME_LENGTH_MAX } from '../limits.ts'
import { offlineClockOf, saleTermsOf, termsOf } from '../journal/offline-rules.ts'
import type { ConfirmOptions, ConfirmResult, OfflineBehavior } from '../terminal-api.ts'
import { askIssuer, type OnWaiting } from './ask-issuer.ts'
import {
  acceptOffline,
  acceptOnline,
  concludeCardRefused,
  concludeDeclined,
  startAttempt,
  type Try,
} from './attempt-steps.ts'
import { offerStoreNow } from './offer-store-now.ts'
import type { CollectedCard, Sale } from './sale.ts'
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
    return storeOffline(confirming, { why: reasonNotToAsk(confirming) ?? 'card', conclude: null })
  }
  const why = reasonNotToAsk(confirming)
  return why === null ? confirmOnline(confirming) : storeOffline(confirming, { why, conclude: null })
}

function isWellFormed({ approver = '', contact }: ConfirmOptions): boolean {
  return approver.length <= NAME_LENGTH_MAX && contactDetails.optional().safeParse(contact).success
}

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
  const nobody = { approver: null, contact: null }
  return { attemptId, saleId, paymentId, operator, ...nobody, read, sealedSha256, started: false }
}

async function consentOf(
  device: Device,
  { intent }: Sale,
  options: ConfirmOptions,
): Promise<Pick<Try, 'approver' | 'contact'>> {
  const approver = options.approver ?? null
  const { contact } = options
  if (contact === undefined) return { approver, contact: null }
  return { approver, contact: await sealedContact(device, intent.paymentId, contact) }
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
      sale.declined.add(attempt.read.facts.fingerprint)
      await complete(asked, { online: 'answered', responseCode })
      // The decline holds also when it could not be written: nothing was accepted.
      await device.journal.append(concludeDeclined(asked.attempt, responseCode))
      return { status: 'declined', paymentId: attempt.paymentId, responseCode }
    }
    case 'refused':
      await complete(asked, { online: 'unable' })
      return { status: 'refused', code: answer.code }
    case 'none':
      return storeOffline(asked, {
        why: answer.why,
        conclude: answer.why === 'acquirer' ? 'deferred' : 'no_answer',
      })
  }
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
async function conclude(
  confirming: Confirming,
  answer: { responseCode: string; approvalCode: string },
): Promise<ConfirmResult> {
  const { device, attempt } = confirming
  const { responseCode, approvalCode } = answer
  const completed = await complete(confirming, { online: 'answered', responseCode })
  if (completed === null || completed.cryptogram === 'AAC') {
    await device.journal.append(concludeCardRefused(attempt, responseCode))
    return { status: 'refused', code: completed === null ? 'card_removed' : 'offline_card_declined' }
  }
  const accepted = await device.journal.append(
    acceptOnline(attempt, { responseCode, approvalCode }, completed),
  )
  // Not written is not accepted: nobody claims the approval, so the gateway reverses it.
  if (!accepted.ok) return { status: 'refused', code: accepted.code }
  for (const payment of accepted.payments) device.emit({ type: 'paymentChanged', payment })
  const { paymentId, read } = attempt
  return { status: 'approved', paymentId, approvalCode, card: read.facts, receipt: completed.receipt }
}

async function storeOffline(
  confirming: Confirming,
  input: { why: OfflineReason; conclude: 'deferred' | 'no_answer' | null },
): Promise<ConfirmResult> {
  const { device, sale, behavior, attempt, card } = confirming
  const { facts } = attempt.read
  const need = behavior === 'require_online' ? null : missingConsent(confirming)
  if (need !== null) {
    // The card stays in the reader: the till asks, and confirms the same card again.
    const { why, conclude } = input
    sale.card = card
    sale.waiting = attempt.started && conclude !== null ? { attempt, why, conclude } : null
    return { status: 'refused', code: need }
  }
  const completed = await complete(confirming, { online: 'unable' })
  if (behavior === 'require_online') return { status: 'refused', code: 'offline_required_online' }
  // A decline is final: the same card is not stored over it when the network goes away afterwards.
  if (sale.declined.has(facts.fingerprint)) return { status: 'refused', code: 'card_declined' }
  if (completed === null) return { status: 'refused', code: 'card_removed' }
  const stored = await device.journal.append(
    acceptOffline(attempt, { ...input, completed, readerCapable: card.reader.info.offlineCapable }),
  )
  if (!stored.ok) return { status: 'refused', code: stored.code }
  for (const payment of stored.payments) device.emit({ type: 'paymentStored', payment })
  const { paymentId } = attempt
  const { receipt } = completed
  return { status: 'stored', paymentId, kind: stored.value, why: input.why, card: facts, receipt }
}

/** What only a person can still add; null when nothing is missing, or when another rule refuses the sale anyway. */
function missingConsent({ device, sale, card, attempt }: Confirming): OfflineNeed | null {
  const { state } = device.journal
  const { info } = card.reader
  const terms = saleTermsOf(state, {
    money: sale.intent.money,
    reserved: sale.intent.offlineRefusal === null && sale.intent.offlineBehavior !== 'require_online',
    reader: readerIdOf(state, info),
    readerCapable: info.offlineCapable,
    approved: attempt.approver !== null,
    contact: attempt.contact !== null,
  })
  const { cryptogram, facts } = attempt.read
  const answer = { first: cryptogram, final: null, facts, uses: [] }
  const decision = decideOffline(termsOf(state), state.head.exposure, terms, answer, offlineClockOf(state))
  if (decision.accept) return null
  const { refusal } = decision
  return refusal === 'offline_approval_required' || refusal === 'offline_contact_required' ? refusal : null
}

/** Null when the reader failed over it: what the card answered is then unknown, and nothing rests on it. */
function complete({ card, attempt }: Confirming, answer: OnlineAnswer): Promise<CompleteResult | null> {
  return card.reader.complete(attempt.read.readId, answer).catch(() => null)
}
