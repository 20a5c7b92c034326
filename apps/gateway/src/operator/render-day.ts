import type { DayReport, DayReportAnswer, DayTotals } from '@holdfast/protocol/account'
import type { DayCloseRow } from '../day-closes/day-row.ts'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { DAY_TEXTS } from './day-texts.ts'
import { moneyText } from './money-text.ts'
import { stepUpField } from './step-up-field.ts'
import { tokenField } from './token-field.ts'

export interface OpenDayView {
  readonly language: PageLanguage
  readonly formToken: string
  readonly isConfirmed: boolean
  readonly day: DayReportAnswer
  readonly closes: readonly DayCloseRow[]
  readonly error: string | null
  /** Who was typed, when it was not taken. */
  readonly by: string
}

/** X: the figures of the day that runs, and the form that closes it. */
export function renderOpenDay({
  language,
  formToken,
  isConfirmed,
  day,
  closes,
  error,
  by,
}: OpenDayView): string {
  const text = DAY_TEXTS[language]
  const { report, behind } = day
  const { location, number, timeZone } = report
  const alert = error === null ? '' : `<p class="note bad" role="alert">${escapeHtml(error)}</p>`
  const late = behind
    .flatMap(({ name, missing, silentSinceMs }) => [
      ...(missing > 0 ? [text.behind(name, missing)] : []),
      ...(silentSinceMs === null ? [] : [text.silent(name, momentText(silentSinceMs, timeZone, language))]),
    ])
    .map((line) => `<br>${escapeHtml(line)}`)
    .join('')
  const warning = late === '' ? '' : `<p class="note wait">${text.behindHow}${late}</p>`
  const earlier = closes.map(
    (close) =>
      `<li><span class="row-main"><a href="/operator/days/${location}/${close.number}">${text.closed(close.number)}</a><br>
<span class="soft small">${periodOf(close, timeZone, language)}</span></span></li>`,
  )
  const body = `<p><a href="/operator">${text.back}</a></p>${headOf(report, text.running(number), language)}${alert}
${figuresOf(report, language)}
<form class="panel" method="post" action="/operator/days/${location}">${tokenField({ formToken })}
<input type="hidden" name="number" value="${number}">${warning}<p>${text.closeHow}</p>
<label for="by">${text.by}</label><input id="by" name="by" maxlength="200" required value="${escapeHtml(by)}">
<label class="inline"><input type="checkbox" name="sure" value="yes" required> ${text.sure}</label>
${stepUpField({ language, isConfirmed }, 'key')}<button>${text.close(number)}</button></form>
<h2>${text.earlier}</h2>
${earlier.length === 0 ? `<p class="soft">${text.earlierNone}</p>` : `<ul class="rows">${earlier.join('\n')}</ul>`}`
  return renderPage({ language, title: text.title, body })
}

/** Z: as it was known when it was closed. */
export function renderClosedDay(report: DayReport, language: PageLanguage): string {
  const text = DAY_TEXTS[language]
  const { location, number, closed, timeZone } = report
  const who =
    closed === null
      ? ''
      : `<p class="soft small">${escapeHtml(text.closedBy(closed.by, momentText(closed.atMs, timeZone, language)))}</p>`
  const body = `<p><a href="/operator/days/${location}">${text.title}</a></p>
${headOf(report, text.closed(number), language)}${who}${figuresOf(report, language)}`
  return renderPage({ language, title: text.closed(number), body })
}

function headOf(report: DayReport, title: string, language: PageLanguage): string {
  return `<h1>${title}</h1><p class="soft">${escapeHtml(report.locationName)}<br>
<span class="small">${periodOf(report, report.timeZone, language)}</span></p>`
}

function figuresOf(report: DayReport, language: PageLanguage): string {
  const text = DAY_TEXTS[language]
  const { totals, devices, adjustments, adjusted } = report
  const sums =
    totals.length === 0
      ? `<p class="soft">${text.nothing}</p>`
      : totals.map((total) => totalOf(total, language)).join('\n')
  const hasPending = totals.some(({ pending }) => pending.count > 0)
  const tills = devices.map(
    ({ name, totals: own }) =>
      `<li><span class="row-main">${escapeHtml(name)}</span>${own
        .map(
          ({ currency, netMinor, pending }) =>
            `<span><strong>${moneyText(netMinor, currency, language)}</strong>${pending.count === 0 ? '' : ` <span class="badge wait">+ ${moneyText(pending.amountMinor, currency, language)}</span>`}</span>`,
        )
        .join('')}</li>`,
  )
  const changes = adjustments.map(({ id, currency, was, now }) => {
    const before =
      was === null
        ? text.late
        : `${text.was(was.number)} · ${text.states[was.state]} · ${moneyText(was.amountMinor, currency, language)}`
    return `<li><span class="row-main">${escapeHtml(id)}<br><span class="soft small">${before}</span></span>
<span><span class="badge ${now.state === 'paid' ? 'good' : 'wait'}">${text.states[now.state]}</span>
<strong>${moneyText(now.amountMinor, currency, language)}</strong></span></li>`
  })
  const changed = adjusted.map(
    ({ currency, netMinor }) => `<strong>${moneyText(netMinor, currency, language)}</strong>`,
  )
  return `${sums}
${hasPending ? `<p class="note wait">${text.pendingHow}</p>` : ''}
${tills.length < 2 ? '' : `<h2>${text.devices}</h2><ul class="rows">${tills.join('\n')}</ul>`}
${
  changes.length === 0
    ? ''
    : `<h2>${text.adjustments}</h2><p class="soft small">${text.adjustmentsHow}</p>
<ul class="rows">${changes.join('\n')}<li><span class="row-main">${text.adjusted}</span>${changed.join(' ')}</li></ul>`
}`
}

/** What there is nothing of is left out, but for sales and the net sum. */
function totalOf(total: DayTotals, language: PageLanguage): string {
  const text = DAY_TEXTS[language]
  const { sales, tipsMinor, refunds, netMinor, held, pending, refundsPending, declined } = total
  const money = (minor: number) => moneyText(minor, total.currency, language)
  const row = (label: string, minor: number, count: number | null, tone = '') =>
    `<li><span class="row-main">${label}${count === null ? '' : ` <span class="soft small">× ${count}</span>`}</span>
<strong${tone}>${money(minor)}</strong></li>`
  const side = (label: string, { count, amountMinor }: DayTotals['sales'], tone = '') =>
    count === 0 ? '' : row(label, amountMinor, count, tone)
  return `<ul class="rows">${row(text.sales, sales.amountMinor, sales.count)}
${tipsMinor === 0 ? '' : row(text.tips, tipsMinor, null, ' class="soft"')}
${side(text.refunds, { ...refunds, amountMinor: -refunds.amountMinor })}
${row(text.net, netMinor, null)}</ul>
${apart([
  side(text.pending, pending),
  side(text.held, held),
  side(text.refundsPending, refundsPending),
  side(text.declined, declined),
])}`
}

function apart(rows: readonly string[]): string {
  const shown = rows.filter((row) => row !== '')
  return shown.length === 0 ? '' : `<ul class="rows">${shown.join('\n')}</ul>`
}

function periodOf(
  { fromMs, untilMs }: Pick<DayReport, 'fromMs' | 'untilMs'>,
  timeZone: string,
  language: PageLanguage,
): string {
  const [from, until] = [fromMs, untilMs].map((atMs) => momentText(atMs, timeZone, language))
  return escapeHtml(DAY_TEXTS[language].period(from ?? '', until ?? ''))
}

/** As the clock on the shop's wall shows it. */
function momentText(atMs: number, timeZone: string, language: PageLanguage): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(atMs)
}
