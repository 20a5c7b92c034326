import type { ReviewResolve } from '@holdfast/protocol/account'
import type { DecisionError } from './decision-texts.ts'

export type Decision =
  | { readonly word: 'release' | 'reject'; readonly by: string; readonly note: string }
  | { readonly word: 'resolve'; readonly said: ReviewResolve }

export type ReadDecision =
  | { readonly ok: true; readonly decision: Decision }
  | { readonly ok: false; readonly error: DecisionError }

/** What a person has said on the page of one thing that waits; nothing is taken without the box that says "sure". */
export function readDecisionForm(form: URLSearchParams): ReadDecision {
  const text = (name: string): string => (form.get(name) ?? '').trim()
  const by = text('by')
  const note = text('note')
  if (by === '' || by.length > NAME_MAX) return { ok: false, error: 'name_missing' }
  if (form.get('sure') !== 'yes') return { ok: false, error: 'not_sure' }
  const word = text('word')
  if (word === 'nothing') return resolve({ by, note, found: 'nothing' })
  if (word === 'approval') {
    const found = approvalOf(text)
    return found === null
      ? { ok: false, error: 'fields_invalid' }
      : resolve({ by, note, found: 'approval', ...found })
  }
  // No form of ours says anything else, and what is said is for ever.
  if (word !== 'release' && word !== 'reject') return { ok: false, error: 'other_page' }
  if (word === 'reject' && note === '') return { ok: false, error: 'note_missing' }
  return { ok: true, decision: { word, by, note: note.slice(0, NAME_MAX) } }
}

const NAME_MAX = 200

type Approval = Omit<Extract<ReviewResolve, { found: 'approval' }>, 'by' | 'note' | 'found'>

/** Null when a figure is missing or is none. */
function approvalOf(text: (name: string) => string): Approval | null {
  const [stan, rrn] = [text('stan'), text('rrn').toUpperCase()]
  const [responseCode, approvalCode] = [text('responseCode'), text('approvalCode').toUpperCase()]
  const transmittedAtMs = Date.parse(`${text('transmitted')}Z`)
  const [, MMDD, hhmmss] = saleTimeOf(text('saleTime')) ?? []
  if (MMDD === undefined || hhmmss === undefined || Number.isNaN(transmittedAtMs)) return null
  const isWhole =
    /^\d{6}$/.test(stan) &&
    /^[0-9A-Z]{12}$/.test(rrn) &&
    /^[0-9A-Z]{2}$/.test(responseCode) &&
    /^[0-9A-Z]{1,6}$/.test(approvalCode)
  if (!isWhole) return null
  return { stan, rrn, transmittedAtMs, saleLocalTime: { MMDD, hhmmss }, responseCode, approvalCode }
}

/** Of `2026-11-30T12:10:03`, with or without its seconds. */
function saleTimeOf(text: string): readonly [string, string, string] | null {
  const found = /^\d{4}-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)
  if (found === null) return null
  const [, month = '', day = '', hour = '', minute = '', second = '00'] = found
  return [text, month + day, hour + minute + second]
}

function resolve(said: ReviewResolve): ReadDecision {
  return { ok: true, decision: { word: 'resolve', said } }
}
