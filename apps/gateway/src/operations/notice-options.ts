import { type ComponentName, componentNames, isComponentName } from '../notices/component-name.ts'
import type { NoticeLanguage, NoticeTexts } from '../notices/known-notice.ts'
import type { NoticeRefusal } from '../notices/notice.ts'
import type { Asked } from './operator.ts'

/** What is written, in one language or more; whoever reads another one is shown English, or else what there is. */
export const textOptions = { en: { type: 'string' }, fr: { type: 'string' }, es: { type: 'string' } } as const
export const textUsage = '[--en <text>] [--fr <text>] [--es <text>]'

/** As long as `notice_changes` takes them. */
const TEXT_LENGTH_MAX = 1_000
const LANGUAGES: readonly NoticeLanguage[] = ['en', 'fr', 'es']

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string }

/** Null when nothing is written. */
export function readTexts(asked: Asked): Read<NoticeTexts | null> {
  const texts: Partial<Record<NoticeLanguage, string>> = {}
  for (const language of LANGUAGES) {
    const text = asked.text(language)?.trim()
    if (text === undefined) continue
    if (text === '' || text.length > TEXT_LENGTH_MAX)
      return { ok: false, why: `--${language} is a text of 1 to ${TEXT_LENGTH_MAX} characters.` }
    texts[language] = text
  }
  return { ok: true, value: Object.keys(texts).length === 0 ? null : texts }
}

/** What an announcement cannot do without. */
export function readAnnouncement(
  asked: Asked,
): Read<{ readonly touches: readonly ComponentName[]; readonly texts: NoticeTexts }> {
  const names = (asked.text('touches') ?? '').split(',').map((name) => name.trim())
  const touches = [...new Set(names.filter(isComponentName))]
  if (touches.length === 0 || !names.every(isComponentName))
    return { ok: false, why: `--touches is one or more of ${componentNames.join(',')}` }
  const texts = readTexts(asked)
  if (!texts.ok) return texts
  if (texts.value === null)
    return { ok: false, why: 'Say what to expect, in one language or more: --en, --fr, --es.' }
  return { ok: true, value: { touches, texts: texts.value } }
}

/** Unix milliseconds; null when it was not said. A time without a zone is somebody’s guess, so it is refused. */
export function readTime(asked: Asked, option: string): Read<number | null> {
  const text = asked.text(option)
  if (text === null) return { ok: true, value: null }
  const atMs = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs) || atMs < 0)
    return { ok: false, why: `--${option} is a time with its zone, like 2026-12-06T03:00:00+01:00` }
  return { ok: true, value: atMs }
}

export const NOTICE_REFUSALS: Readonly<Record<NoticeRefusal | 'notice_unknown', string>> = {
  notice_unknown: 'There is no such notice.',
  notice_over: 'It is over.',
  maintenance_not_running: 'It has not begun: withdraw it, or move it.',
  maintenance_running: 'It has begun: end it, or move its end.',
  not_of_its_kind: 'A maintenance has a window, an incident has a state.',
  window_empty: 'It would end before it begins.',
  window_over: 'It would be over already.',
  nothing_due: 'Nothing is due.',
}
