import type { AccountBatch, AccountPayment, Review } from '@holdfast/protocol/account'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { renderOpenNotices } from '../status/render-notices.ts'
import { DAY_TEXTS } from './day-texts.ts'
import { DECISION_TEXTS } from './decision-texts.ts'
import { METHODS_TEXTS } from './methods-texts.ts'
import { moneyText } from './money-text.ts'
import { OPERATOR_TEXTS, type OperatorTexts } from './operator-texts.ts'
import { dateText, type OperatorView } from './operator-view.ts'
import { STEP_UP_TEXTS } from './step-up-field.ts'
import { renderIncrements } from './render-increments.ts'
import { renderActs } from './render-acts.ts'
import { renderPolicyForm } from './render-policy-form.ts'
import { renderTips } from './render-tips.ts'

export function renderOperatorPage(view: OperatorView): string {
  const { language, notice, review } = view
  const text = OPERATOR_TEXTS[language]
  const body = `<header class="top"><div><h1>${text.title}</h1><p class="soft">${escapeHtml(view.accountName)}</p></div>
<span class="badge ${view.mode === 'live' ? 'good' : 'wait'}">${text.modes[view.mode]}</span></header>
${noticeOf(text, language, notice)}
${renderOpenNotices(view.notices, language)}
${figures(view, text)}
<h2>${text.review}</h2>
${reviewList(review, view, text)}
<h2>${DECISION_TEXTS[language].batches}</h2>
${batchList(view)}
${renderTips(view)}
${renderIncrements(view)}
<h2>${DAY_TEXTS[language].title}</h2>
${dayList(view)}
<h2>${text.policy}</h2>
${renderPolicyForm(view, text)}
<p><a href="/operator/payment_methods">${METHODS_TEXTS[language].title}</a></p>
<h2>${text.undecided}</h2>
${payments(view, text, view.undecided, 'undecided')}
<h2>${text.declined}</h2>
${payments(view, text, view.declined, 'declined')}
<h2>${text.acts}</h2>
${renderActs(view, text)}`
  return renderPage({ language, title: text.title, body })
}

/** Without a key, or with a wrong one. */
export function renderSignIn(language: PageLanguage): string {
  const text = OPERATOR_TEXTS[language]
  const body = `<h1>${text.signIn}</h1><p>${text.signInHow}</p>`
  return renderPage({ language, title: text.signIn, body })
}

function noticeOf(text: OperatorTexts, language: PageLanguage, notice: OperatorView['notice']): string {
  switch (notice) {
    case null:
      return ''
    case 'saved':
      return `<p class="note good" role="status">${text.saved}</p>`
    case 'released':
    case 'rejected':
    case 'resolved':
    case 'closed':
      return `<p class="note good" role="status">${DECISION_TEXTS[language].done[notice]}</p>`
    case 'not_confirmed':
      return `<p class="note bad" role="alert">${STEP_UP_TEXTS[language].refused}</p>`
    case 'not_accepted':
    case 'number_invalid':
    case 'name_missing':
    case 'other_page':
    case 'live_key_needed':
    case 'refused':
      return `<p class="note bad" role="alert">${text.errors[notice]}</p>`
  }
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
  const words = DECISION_TEXTS[language]
  const badge = (code: string) => `<span class="badge bad">${escapeHtml(words.why[code] ?? code)}</span>`
  const decide = (path: string, what: string) =>
    `<a class="act" href="/operator/review/${path}" aria-label="${escapeHtml(`${words.decide}: ${what}`)}">${words.decide}</a>`
  const rows = [
    ...waiting.map(
      ({ payment, amountMinor, currency, openedMs, why }) =>
        `<li><div class="row-main"><strong>${moneyText(amountMinor, currency, language)}</strong> ${badge(why)}<br>
<span class="soft small">${payment} · ${text.sold(dateText(openedMs, language))}</span></div>${decide(payment, payment)}</li>`,
    ),
    ...parked.map(({ device, payment, code, count }) => {
      const path = payment === null ? device : `${payment}?device=${device}`
      return `<li><div class="row-main">${text.records(count)} ${badge(code)}<br>
<span class="soft small">${payment ?? device}</span></div>${decide(path, payment ?? device)}</li>`
    }),
  ]
  return `<ul class="rows">${rows.join('\n')}</ul>`
}

function batchList({ batches, language }: OperatorView): string {
  const words = DECISION_TEXTS[language]
  if (batches.length === 0) return `<p class="soft">${words.batchesNone}</p>`
  return `<ul class="rows">${batches.map((batch) => batchRow(batch, language)).join('\n')}</ul>`
}

function dayList({ locations, language }: OperatorView): string {
  const { title } = DAY_TEXTS[language]
  const rows = locations.map(
    ({ location, name }) =>
      `<li><span class="row-main">${escapeHtml(name)}</span>
<a class="act" href="/operator/days/${location}" aria-label="${escapeHtml(`${title}: ${name}`)}">${title}</a></li>`,
  )
  return `<ul class="rows">${rows.join('\n')}</ul>`
}

function batchRow(batch: AccountBatch, language: PageLanguage): string {
  const words = DECISION_TEXTS[language]
  const { number, terminalId, sales, refunds, currency, cutOffMs, uncaptured } = batch
  const title = words.batch(number, terminalId)
  const missing = uncaptured === 0 ? '' : ` <span class="badge wait">${words.uncaptured(uncaptured)}</span>`
  const given = refunds.count === 0 ? '' : `, ${words.refunds(refunds.count)}`
  return `<li><div class="row-main"><strong>${moneyText(sales.amountMinor, currency, language)}</strong>${missing}<br>
<span class="soft small">${title} · ${words.sales(sales.count)}${given} · ${words.cutOff(dateText(cutOffMs, language))}</span></div>
<a class="act" href="/operator/batches/${batch.batch}" aria-label="${words.close}: ${title}">${words.close}</a></li>`
}
