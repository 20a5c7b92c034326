import { must, newId } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'
import type { CompleteResult, OnlineAnswer, OfflineReason, Reader } from '@holdfast/protocol'
import { type Device, idSourceOf, isOfflineCapable } from '../device.ts'
import type { ConfirmResult, OfflineBehavior } from '../terminal-api.ts'
import { askIssuer } from './ask-issuer.ts'
import {
  acceptOffline,
  acceptOnline,
  concludeCardRefused,
  concludeDeclined,
  startAttempt,
  type Try,
} from './attempt-steps.ts'
import type { Sale } from './sale.ts'

/** Brings the card that was read to a decision: the issuer's where it can be had, else the card's and the lease's. */
export async function confirmPayment(
  device: Device,
  sale: Sale,
  behavior: OfflineBehavior,
): Promise<ConfirmResult> {
  const { card } = sale
  if (card === null) return { status: 'refused', code: 'card_unreadable' }
  sale.card = null
  const confirming = {
    device,
    sale,
    behavior,
    reader: card.reader,
    attempt: await newTry(device, sale, card.read),
  }
  if (card.read.cryptogram === 'TC') {
    return storeOffline(confirming, { why: reasonNotToAsk(confirming) ?? 'card', conclude: null })
  }
  const why = reasonNotToAsk(confirming)
  return why === null ? confirmOnline(confirming) : storeOffline(confirming, { why, conclude: null })
}

interface Confirming {
  readonly device: Device
  readonly sale: Sale
  readonly behavior: OfflineBehavior
  readonly reader: Reader
  readonly attempt: Try
}

async function newTry(device: Device, sale: Sale, read: Try['read']): Promise<Try> {
  const { saleId, paymentId } = sale.intent
  const sealedSha256 = await sha256Text(device.deps.crypto, read.sealed)
  const attemptId = newId('att', idSourceOf(device.deps))
  return { attemptId, saleId, paymentId, operator: sale.operator, read, sealedSha256, started: false }
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
  const answer = await askIssuer(device, { ...attempt, record })
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
  const { device, sale, behavior, attempt, reader } = confirming
  const { facts } = attempt.read
  const completed = await complete(confirming, { online: 'unable' })
  if (behavior === 'require_online') return { status: 'refused', code: 'offline_required_online' }
  // A decline is final: the same card is not stored over it when the network goes away afterwards.
  if (sale.declined.has(facts.fingerprint)) return { status: 'refused', code: 'card_declined' }
  if (!isOfflineCapable(device.journal.state, reader.info)) {
    return { status: 'refused', code: 'offline_not_allowed' }
  }
  if (completed === null) return { status: 'refused', code: 'card_removed' }
  const stored = await device.journal.append(acceptOffline(attempt, { ...input, completed }))
  if (!stored.ok) return { status: 'refused', code: stored.code }
  for (const payment of stored.payments) device.emit({ type: 'paymentStored', payment })
  const { paymentId } = attempt
  const { receipt } = completed
  return { status: 'stored', paymentId, kind: stored.value, why: input.why, card: facts, receipt }
}

/** Null when the reader failed over it: what the card answered is then unknown, and nothing rests on it. */
function complete({ reader, attempt }: Confirming, answer: OnlineAnswer): Promise<CompleteResult | null> {
  return reader.complete(attempt.read.readId, answer).catch(() => null)
}
