import { type CardUse, type CryptogramType, decideOffline, type OfflineDecision } from '@holdfast/core'
import { type Device, readerIdOf } from '../device.ts'
import { offlineClockOf, saleTermsOf, termsOf } from '../journal/offline-rules.ts'
import { consentIn, type Try } from './attempt-steps.ts'
import { loadCardUses } from './card-uses.ts'
import type { CollectedCard, Sale } from './sale.ts'

export interface Question {
  readonly device: Device
  readonly sale: Sale
  readonly card: CollectedCard
  readonly attempt: Try
}

/** What the lease says of this card as things stand. It stores nothing: the step that does decides again. */
export function decideNow(
  { device, sale, card, attempt }: Question,
  more: { readonly final: CryptogramType | null; readonly uses: readonly CardUse[]; readonly voice?: true },
): OfflineDecision {
  const { state } = device.journal
  const { info } = card.reader
  const { money, offlineRefusal, offlineBehavior } = sale.intent
  const reserved = offlineRefusal === null && offlineBehavior !== 'require_online'
  const place = { money, reserved, reader: readerIdOf(state, info), readerCapable: info.offlineCapable }
  const consent = consentIn(attempt)
  const terms = saleTermsOf(state, { ...place, ...consent, voice: more.voice ?? consent.voice })
  const { cryptogram, facts } = attempt.read
  const answer = { first: cryptogram, final: more.final, facts, uses: more.uses }
  return decideOffline(termsOf(state), state.head.exposure, terms, answer, offlineClockOf(state))
}

/** True when it is refused as it stands, and the issuer's code by telephone would let it through. */
export async function couldBeVoice(
  question: Question,
  { final, isReferral }: { readonly final: CryptogramType | null; readonly isReferral: boolean },
): Promise<boolean> {
  const { device, attempt } = question
  if (attempt.voiceCode !== null || termsOf(device.journal.state).kinds.voice === undefined) return false
  try {
    const uses = await loadCardUses(device.deps.store, device.journal.state, attempt.read.facts)
    // Nothing but the lease refuses here: a disk that is full stores no voice approval either.
    if (!isReferral && decideNow(question, { final, uses }).accept) return false
    const decision = decideNow(question, { final, uses, voice: true })
    return decision.accept || isNeed(decision.refusal)
  } catch {
    // A disk that cannot be read now is not one to store on.
    return false
  }
}

export function isNeed(code: string): code is 'offline_approval_required' | 'offline_contact_required' {
  return code === 'offline_approval_required' || code === 'offline_contact_required'
}
