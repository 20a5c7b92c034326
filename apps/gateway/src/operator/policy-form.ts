import type { Currency } from '@holdfast/core'
import type { OfflinePolicy, OfflinePolicyChange } from '@holdfast/protocol/account'
import { defaultOfflineTerms } from '../devices/default-offline-terms.ts'
import { minorOf } from './decimal-amount.ts'
import type { OperatorError } from './operator-texts.ts'

export const HOUR_MS = 3_600_000
const HOURS_MAX = 24 * 365
const COUNT_MAX = 100_000

export type ReadForm =
  | { readonly ok: true; readonly change: OfflinePolicyChange }
  | { readonly ok: false; readonly error: OperatorError }

/** The change that a form asks for, on top of what the policy says now: the form shows one kind in one currency. */
export function readPolicyForm(form: URLSearchParams, policy: OfflinePolicy, currency: Currency): ReadForm {
  const by = (form.get('by') ?? '').trim()
  if (by === '' || by.length > 200) return { ok: false, error: 'name_missing' }
  const perPayment = minorOf(form.get('perPayment') ?? '', currency)
  const storedTotal = minorOf(form.get('storedTotal') ?? '', currency)
  const storedCount = wholeOf(form.get('storedCount'), COUNT_MAX)
  const acceptHours = wholeOf(form.get('acceptHours'), HOURS_MAX)
  const uploadHours = wholeOf(form.get('uploadHours'), HOURS_MAX)
  if (perPayment === null || storedTotal === null || storedCount === null) return INVALID
  if (acceptHours === null || uploadHours === null) return INVALID
  const before = policy.terms.kinds.deferred ?? defaultOfflineTerms.kinds.deferred
  if (before === undefined) return { ok: false, error: 'refused' }
  const deferred = {
    ...before,
    perPaymentMinor: { ...before.perPaymentMinor, [currency]: perPayment },
    storedTotalMinor: { ...before.storedTotalMinor, [currency]: storedTotal },
    storedCount,
    acceptanceWindowMs: acceptHours * HOUR_MS,
    uploadWindowMs: uploadHours * HOUR_MS,
  }
  const terms = {
    ...policy.changes,
    allowed: form.get('allowed') === 'yes',
    kinds: { ...policy.terms.kinds, deferred },
  }
  const accepts = form.get('accept') === policy.liabilityTextVersion
  const acceptLiability = { textVersion: policy.liabilityTextVersion }
  return { ok: true, change: accepts ? { terms, by, acceptLiability } : { terms, by } }
}

const INVALID = { ok: false, error: 'number_invalid' } as const

function wholeOf(text: string | null, max: number): number | null {
  const trimmed = (text ?? '').trim()
  if (!/^\d{1,9}$/.test(trimmed)) return null
  const value = Number(trimmed)
  return value <= max ? value : null
}
