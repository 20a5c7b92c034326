import type { ComponentName } from '../notices/component-name.ts'
import { COMPONENT_TEXTS } from '../notices/component-texts.ts'
import { type NoticeTexts, textIn } from '../notices/known-notice.ts'
import type { Notice, NoticeWord } from '../notices/notice.ts'
import type { Language, Letter } from './letter-texts.ts'
import { NOTICE_LETTER_TEXTS } from './notice-letter-texts.ts'

export interface NoticeLetterFacts {
  readonly kind: 'notice'
  readonly word: NoticeWord
  readonly notice: Notice
  readonly touches: readonly ComponentName[]
  readonly texts: NoticeTexts | null
  /** IANA name: the clock of the shop that reads it. */
  readonly timeZone: string
}

/** What the operator wrote stands first; what is known besides, and that tills keep selling, below it. */
export function writeNoticeLetter(facts: NoticeLetterFacts, language: Language): Letter {
  const { word, notice, touches, texts } = facts
  const text = NOTICE_LETTER_TEXTS[language]
  const time = (atMs: number) => timeIn(language, facts.timeZone, atMs)
  const when =
    notice.kind === 'maintenance'
      ? `${text.from}: ${time(notice.window.fromMs)}\n${text.to}: ${time(notice.window.toMs)}`
      : `${text.since}: ${time(notice.beganMs)}`
  const parts = [
    ...(texts === null ? [] : [textIn(texts, language)]),
    `${when}\n${text.touches}: ${touches.map((name) => COMPONENT_TEXTS[language][name]).join(', ')}`,
    ...('overMs' in notice ? [] : [text.selling]),
  ]
  return { subject: text.subjects[notice.kind][word], text: `${parts.join('\n\n')}\n` }
}

function timeIn(language: Language, timeZone: string, atMs: number): string {
  const format = { dateStyle: 'full', timeStyle: 'short', timeZone } as const
  return `${new Intl.DateTimeFormat(language, format).format(atMs)} (${timeZone})`
}
