import type { AccountBatchTicket } from '@holdfast/protocol/account'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { DECISION_TEXTS } from './decision-texts.ts'
import { moneyText } from './money-text.ts'
import { dateText } from './operator-view.ts'
import { stepUpField } from './step-up-field.ts'
import { tokenField } from './token-field.ts'

export interface BatchView {
  readonly language: PageLanguage
  readonly formToken: string
  readonly isConfirmed: boolean
  readonly ticket: AccountBatchTicket
  readonly error: string | null
}

/** The ticket of a batch, and while it is open the form that closes it. */
export function renderBatch({ language, formToken, isConfirmed, ticket, error }: BatchView): string {
  const text = DECISION_TEXTS[language]
  const { batch, items } = ticket
  const { number, terminalId, currency, sales, refunds, cutOffMs, uncaptured, state } = batch
  const title = text.batch(number, terminalId)
  const money = (amountMinor: number) => moneyText(amountMinor, currency, language)
  const alert = error === null ? '' : `<p class="note bad" role="alert">${escapeHtml(error)}</p>`
  const missing =
    uncaptured === 0
      ? ''
      : `<p class="note wait">${text.uncaptured(uncaptured)}</p>
<label class="inline"><input type="checkbox" name="overMissingTips" value="yes"> ${text.overMissingTips}</label>`
  const close =
    state === 'open'
      ? `<form class="panel" method="post" action="/operator/batches/${batch.batch}">${tokenField({ formToken })}
<p>${text.closeHow}</p>${missing}
${stepUpField({ language, isConfirmed }, 'key')}<button>${text.close}</button></form>`
      : `<p class="note good" role="status">${text.done.closed}</p>`
  const rows = items.map(
    ({ payment, kind, amountMinor }) =>
      `<li><span class="row-main">${text.kinds[kind]} <span class="soft small">${payment}</span></span>
<strong>${money(amountMinor)}</strong></li>`,
  )
  const body = `<p><a href="/operator">${text.back}</a></p><h1>${escapeHtml(title)}</h1>${alert}
<div class="figures"><div><span class="soft small">${text.sales(sales.count)}</span><strong>${money(sales.amountMinor)}</strong></div>
<div><span class="soft small">${text.refunds(refunds.count)}</span><strong>${money(refunds.amountMinor)}</strong></div></div>
<p class="soft small">${text.cutOff(dateText(cutOffMs, language))}</p>${close}
${rows.length === 0 ? '' : `<ul class="rows">${rows.join('\n')}</ul>`}`
  return renderPage({ language, title, body })
}
