import type { AccountReviewDecision } from '@holdfast/protocol/account'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { DECISION_TEXTS, type DecisionTexts } from './decision-texts.ts'
import { moneyText } from './money-text.ts'
import { dateText } from './operator-view.ts'
import { stepUpField } from './step-up-field.ts'
import { tokenField } from './token-field.ts'
import type { WaitingItem } from './waiting-item.ts'

export interface DecisionView {
  readonly language: PageLanguage
  readonly formToken: string
  readonly isConfirmed: boolean
  /** Null: nothing of it waits any more. */
  readonly item: WaitingItem | null
  readonly subject: string
  /** The newest first. */
  readonly decisions: readonly AccountReviewDecision[]
  /** Why what was asked was not done. */
  readonly error: string | null
  /** What was typed then. */
  readonly typed: URLSearchParams
}

/** One thing that waits: what it is, and a form for each word that may be said of it. */
export function renderDecision(view: DecisionView): string {
  const { language, item, subject, error } = view
  const text = DECISION_TEXTS[language]
  const alert = error === null ? '' : `<p class="note bad" role="alert">${escapeHtml(error)}</p>`
  const body = `<p><a href="/operator">${text.back}</a></p><h1>${text.decide}</h1>
<p class="soft">${escapeHtml(subject)}</p>${alert}
${item === null ? `<p class="note wait">${text.gone}</p>` : forms(view, item, text)}
${history(view, text)}`
  return renderPage({ language, title: text.decide, body })
}

function forms(view: DecisionView, item: WaitingItem, text: DecisionTexts): string {
  const { language } = view
  const why = `<span class="badge bad">${escapeHtml(text.why[item.why] ?? item.why)}</span>`
  const money =
    item.money === null
      ? ''
      : `<strong>${moneyText(item.money.amountMinor, item.money.currency, language)}</strong> `
  const sold =
    item.openedMs === null ? '' : ` <span class="soft small">${dateText(item.openedMs, language)}</span>`
  const each = {
    release: () => form(view, item, { word: 'release', title: text.release, how: text.releaseHow, text }),
    reject: () => form(view, item, { word: 'reject', title: text.reject, how: text.rejectHow, text }),
    resolve: () => `<h2>${text.resolve}</h2><p>${text.resolveHow}</p>
${form(view, item, { word: 'nothing', title: text.foundNothing, how: text.foundNothingHow, text })}
${form(view, item, { word: 'approval', title: text.foundApproval, how: '', text })}`,
  }
  return `<p>${money}${why}${sold}</p>${item.words.map((word) => each[word]()).join('\n')}`
}

function form(
  { typed, formToken, language, isConfirmed }: DecisionView,
  { subject, device }: WaitingItem,
  {
    word,
    title,
    how,
    text,
  }: {
    readonly word: 'release' | 'reject' | 'nothing' | 'approval'
    readonly title: string
    readonly how: string
    readonly text: DecisionTexts
  },
): string {
  const was = typed.get('word') === word
  const value = (name: string) => (was ? escapeHtml(typed.get(name) ?? '') : '')
  const id = (name: string) => `${word}-${name}`
  const input = (name: string, label: string, more = '') =>
    `<div><label for="${id(name)}">${label}</label><input id="${id(name)}" name="${name}" value="${value(name)}" ${more}></div>`
  const isReject = word === 'reject'
  const hint = isReject ? ` <span class="soft small">${text.noteShown}</span>` : ''
  const { fields } = text
  const books =
    word === 'approval'
      ? input('stan', fields.stan, 'inputmode="numeric" maxlength="6" required') +
        input('rrn', fields.rrn, 'maxlength="12" required') +
        input('transmitted', fields.transmitted, 'type="datetime-local" step="1" required') +
        input('saleTime', fields.saleTime, 'type="datetime-local" step="1" required') +
        input('responseCode', fields.responseCode, 'maxlength="2" required') +
        input('approvalCode', fields.approvalCode, 'maxlength="6" required')
      : ''
  const from = device === null ? '' : `<input type="hidden" name="device" value="${device}">`
  return `<form method="post" action="/operator/review/${subject}">${tokenField({ formToken })}${from}
<fieldset><legend>${title}</legend>${how === '' ? '' : `<p>${how}</p>`}
<input type="hidden" name="word" value="${word}"><div class="fields">${books}
${input('by', text.by, 'maxlength="200" autocomplete="name" required')}
${input('note', text.note + hint, `maxlength="200"${isReject ? ' required' : ''}`)}</div>
<label class="inline"><input type="checkbox" name="sure" value="yes" required> ${text.sure}</label>
${stepUpField({ language, isConfirmed }, id('key'))}
<button${isReject ? ' class="danger"' : ''}>${title}</button></fieldset></form>`
}

function history({ decisions, language }: DecisionView, text: DecisionTexts): string {
  return decisions
    .map(({ by, decision, decidedMs, note }) => {
      const said = text.decided(by, text.decisions[decision], dateText(decidedMs, language))
      return `<p class="soft small">${escapeHtml(`${said} ${note}`)}</p>`
    })
    .join('')
}
