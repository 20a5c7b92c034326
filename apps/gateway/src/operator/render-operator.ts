import type { Currency } from '@holdfast/core'
import type { AccountPayment, Review } from '@holdfast/protocol/account'
import { escapeHtml, type PageLanguage, renderPage } from '../http/page.ts'
import { decimalOf } from './decimal-amount.ts'
import { OPERATOR_TEXTS, type OperatorTexts } from './operator-texts.ts'
import { dateText, type OperatorView } from './operator-view.ts'
import { renderPolicyForm } from './render-policy-form.ts'

export function renderOperatorPage(view: OperatorView): string {
  const { language, notice, review } = view
  const text = OPERATOR_TEXTS[language]
  const body = `<header class="top"><div><h1>${text.title}</h1><p class="soft">${escapeHtml(view.accountName)}</p></div>
<span class="badge ${view.mode === 'live' ? 'good' : 'wait'}">${text.modes[view.mode]}</span></header>
${noticeOf(text, notice)}
${figures(view, text)}
<h2>${text.policy}</h2>
${renderPolicyForm(view, text)}
<h2>${text.undecided}</h2>
${payments(view, text, view.undecided, 'undecided')}
<h2>${text.declined}</h2>
${payments(view, text, view.declined, 'declined')}
<h2>${text.review}</h2>
${reviewList(review, view, text)}`
  return renderPage({ language, title: text.title, body })
}

/** Without a key, or with a wrong one. */
export function renderSignIn(language: PageLanguage): string {
  const text = OPERATOR_TEXTS[language]
  const body = `<h1>${text.signIn}</h1><p>${text.signInHow}</p>`
  return renderPage({ language, title: text.signIn, body })
}

function noticeOf(text: OperatorTexts, notice: OperatorView['notice']): string {
  if (notice === null) return ''
  if (notice === 'saved') return `<p class="note good" role="status">${text.saved}</p>`
  return `<p class="note bad" role="alert">${text.errors[notice]}</p>`
}

function figures({ exposure, devices, review, language }: OperatorView, text: OperatorTexts): string {
  const sums = exposure.total.map(
    ({ currency, amountMinor, count }) =>
      `<strong>${moneyText(amountMinor, currency, language)}</strong> ${text.payments(count)}`,
  )
  const missing = devices.reduce((sum, device) => sum + device.missing, 0)
  const waiting = review.payments.length + review.parked.length
  const none = `<strong>${text.nothing}</strong>`
  return `<div class="figures">
<div><span class="soft small">${text.atRisk}</span>${sums.length === 0 ? none : sums.join('')}</div>
<div><span class="soft small">${text.missing}</span>${missing === 0 ? none : `<strong>${text.missingUnit(missing)}</strong>`}</div>
<div><span class="soft small">${text.waiting}</span>${waiting === 0 ? none : `<strong>${waiting}</strong>`}</div>
</div>`
}

function payments(
  { language }: OperatorView,
  text: OperatorTexts,
  list: readonly AccountPayment[],
  state: 'undecided' | 'declined',
): string {
  if (list.length === 0)
    return `<p class="soft">${state === 'declined' ? text.declinedNone : text.undecidedNone}</p>`
  const tone = state === 'declined' ? 'bad' : 'wait'
  const rows = list.map(
    ({ payment, amountMinor, currency, openedMs, reference }) =>
      `<li><div class="row-main"><strong>${moneyText(amountMinor, currency, language)}</strong>
<span class="soft">${escapeHtml(reference ?? '')}</span><br>
<span class="soft small">${payment} · ${text.sold(dateText(openedMs, language))}</span></div>
<span class="badge ${tone}">${text.badges[state]}</span></li>`,
  )
  return `<ul class="rows">${rows.join('\n')}</ul>`
}

function reviewList(
  { payments: waiting, parked }: Review,
  { language }: OperatorView,
  text: OperatorTexts,
): string {
  if (waiting.length === 0 && parked.length === 0) return `<p class="soft">${text.reviewNone}</p>`
  const rows = [
    ...waiting.map(
      ({ payment, amountMinor, currency, openedMs, why }) =>
        `<li><div class="row-main"><strong>${moneyText(amountMinor, currency, language)}</strong><br>
<span class="soft small">${payment} · ${text.sold(dateText(openedMs, language))}</span></div>
<span class="badge bad">${escapeHtml(why)}</span></li>`,
    ),
    ...parked.map(
      ({ device, payment, code, count }) =>
        `<li><div class="row-main">${text.records(count)}<br><span class="soft small">${payment ?? device}</span></div>
<span class="badge bad">${escapeHtml(code)}</span></li>`,
    ),
  ]
  return `<ul class="rows">${rows.join('\n')}</ul><p class="soft small">${escapeHtml(text.reviewHow)}</p>`
}

function moneyText(amountMinor: number, currency: Currency, language: PageLanguage): string {
  // A decimal text is a StringNumericLiteral (ES2023); Intl formats it without rounding through a number.
  const decimal = decimalOf(amountMinor, currency) as `${number}`
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: currency.toUpperCase() })
  return escapeHtml(format.format(decimal))
}
