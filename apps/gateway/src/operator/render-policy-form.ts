import { escapeHtml } from '../pages/page.ts'
import { decimalOf } from './decimal-amount.ts'
import type { OperatorTexts } from './operator-texts.ts'
import { stepUpField } from './step-up-field.ts'
import { tokenField } from './token-field.ts'
import { HOUR_MS } from './policy-form.ts'
import { dateText, type OperatorView } from './operator-view.ts'

/** One kind, `deferred`, in one currency at a time: what a merchant changes from day to day. The API has the rest. */
export function renderPolicyForm(view: OperatorView, text: OperatorTexts): string {
  const { policy, currency, currencies, typed, language } = view
  const kind = policy.terms.kinds.deferred
  const code = currency.toUpperCase()
  const value = (name: string, now: string) => escapeHtml(typed?.get(name) ?? now)
  const money = (limits: Partial<Record<typeof currency, number>> | undefined) =>
    decimalOf(limits?.[currency] ?? 0, currency)
  const field = (name: string, label: string, now: string, mode: 'decimal' | 'numeric') =>
    `<div><label for="${name}">${escapeHtml(label)}</label>
<input id="${name}" name="${name}" inputmode="${mode}" autocomplete="off" required value="${value(name, now)}"></div>`
  const allowed =
    typed === null ? policy.terms.allowed && policy.liability !== null : typed.get('allowed') === 'yes'
  const options = currencies.map(
    (each) => `<option value="${each}"${each === currency ? ' selected' : ''}>${each.toUpperCase()}</option>`,
  )
  const changed =
    policy.changed === null
      ? ''
      : `<p class="soft small">${escapeHtml(text.changed(policy.changed.by, dateText(policy.changed.atMs, language)))}</p>`
  return `<form class="panel" method="get" action="/operator"><label for="currency">${text.currency}</label>
<select id="currency" name="currency">${options.join('')}</select><button class="quiet">${text.show}</button></form>
<form class="panel" method="post" action="/operator/offline_policy?currency=${currency}">${tokenField(view)}
<label class="inline"><input type="checkbox" name="allowed" value="yes"${allowed ? ' checked' : ''}> ${text.allowed}</label>
<div class="fields">
${field('perPayment', text.perPayment(code), money(kind?.perPaymentMinor), 'decimal')}
${field('storedTotal', text.storedTotal(code), money(kind?.storedTotalMinor), 'decimal')}
${field('storedCount', text.storedCount, String(kind?.storedCount ?? 0), 'numeric')}
${field('acceptHours', text.acceptHours, hours(kind?.acceptanceWindowMs), 'numeric')}
${field('uploadHours', text.uploadHours, hours(kind?.uploadWindowMs), 'numeric')}
<div><label for="by">${text.by}</label>
<input id="by" name="by" autocomplete="name" maxlength="200" required value="${value('by', '')}"></div>
</div>
${liability(view, text)}
${stepUpField(view, 'key')}
<button>${text.save}</button>
${changed}</form>`
}

function liability({ policy, typed, language }: OperatorView, text: OperatorTexts): string {
  const { liability: accepted, liabilityTextVersion: version } = policy
  const words = `<p class="note wait">${text.liability}</p>`
  if (accepted !== null && accepted.textVersion === version) {
    const { acceptedBy, acceptedMs } = accepted
    return `${words}<p class="soft small">${escapeHtml(
      text.liabilityBy(acceptedBy, dateText(acceptedMs, language), version),
    )}</p>`
  }
  const checked = typed?.get('accept') === version ? ' checked' : ''
  return `${words}<label class="inline"><input type="checkbox" name="accept" value="${escapeHtml(version)}"${checked}>
${text.accept}</label>`
}

function hours(ms = 0): string {
  return String(Math.floor(ms / HOUR_MS))
}
