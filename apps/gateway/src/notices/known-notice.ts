import type { ComponentName } from './component-name.ts'
import type { Notice, NoticeWord } from './notice.ts'

/** A notice with everything that was said of it. */
export interface KnownNotice {
  readonly id: string
  /** Never empty. */
  readonly touches: readonly ComponentName[]
  readonly notice: Notice
  /** Of its last change; Unix milliseconds. */
  readonly changedMs: number
  /** Oldest first, and never empty. */
  readonly changes: readonly NoticeChange[]
}

export interface NoticeChange {
  /** From 1. */
  readonly number: number
  readonly word: NoticeWord
  readonly atMs: number
  /** Null where the clock did it, or where the operator had nothing to say. */
  readonly texts: NoticeTexts | null
}

export type NoticeLanguage = 'en' | 'fr' | 'es'

/** What the operator wrote, in one language or more. */
export type NoticeTexts = Readonly<Partial<Record<NoticeLanguage, string>>>

/** In that language, else in English, else as it was written. */
export function textIn(texts: NoticeTexts, language: NoticeLanguage): string {
  return texts[language] ?? texts.en ?? texts.fr ?? texts.es ?? ''
}

/** What was last said of it. */
export function lastTexts({ changes }: KnownNotice): NoticeTexts {
  return changes.findLast(({ texts }) => texts !== null)?.texts ?? {}
}

export function isOver({ notice }: KnownNotice): boolean {
  return 'overMs' in notice
}

export function startsMs({ notice }: KnownNotice): number {
  return notice.kind === 'maintenance' ? notice.window.fromMs : notice.beganMs
}
