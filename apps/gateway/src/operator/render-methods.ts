import { cardBrands, type CardBrand, entryModes, type OfferedMethods } from '@holdfast/core'
import type { PaymentMethods } from '@holdfast/protocol/account'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { DECISION_TEXTS } from './decision-texts.ts'
import { chosenIn } from './methods-form.ts'
import { BRAND_NAMES, METHODS_TEXTS, type MethodsTexts } from './methods-texts.ts'
import { stepUpField } from './step-up-field.ts'
import { tokenField } from './token-field.ts'

export interface MethodsView {
  readonly language: PageLanguage
  readonly formToken: string
  readonly isConfirmed: boolean
  readonly methods: PaymentMethods
  readonly notice: { readonly tone: 'good' | 'bad'; readonly text: string } | null
  /** What was chosen when it was refused; empty where nothing was sent. */
  readonly typed: URLSearchParams
}

/** Every place with what is said there. */
export function renderMethods(view: MethodsView): string {
  const { language, methods } = view
  const text = METHODS_TEXTS[language]
  const rows = [
    row(text, { path: 'account', name: text.account, offered: methods.account ?? ALL, isOwn: true }),
    ...methods.locations.map(({ location, name, offered }) =>
      row(text, { path: location, name, offered, isOwn: offered !== null }),
    ),
    ...methods.devices.map(({ device, name, offered, inForce }) =>
      row(text, { path: device, name, offered: inForce ?? ALL, isOwn: offered !== null }),
    ),
  ]
  const body = `${head(view, text.title)}<p>${text.how}</p><ul class="rows">${rows.join('\n')}</ul>`
  return renderPage({ language, title: text.title, body })
}

/** One place: what is offered there, and the way back to what is said above it. */
export function renderMethodsOf(
  view: MethodsView,
  place: { readonly path: string; readonly name: string; readonly offered: OfferedMethods | null },
): string {
  const { language, typed } = view
  const text = METHODS_TEXTS[language]
  const { brands, entryModes: modes } = typed.size === 0 ? (place.offered ?? ALL) : chosenIn(typed)
  const box = (name: string, value: string, label: string, isChosen: boolean) =>
    `<label class="inline"><input type="checkbox" name="${name}" value="${value}"${isChosen ? ' checked' : ''}> ${label}</label>`
  const takeBack =
    place.offered === null
      ? ''
      : `<p>${text.takeBackHow}</p><button class="quiet" name="do" value="take_back">${text.takeBack}</button>`
  const body = `${head(view, `${text.title}: ${place.name}`, '/operator/payment_methods')}
<form class="panel" method="post" action="/operator/payment_methods/${place.path}">${tokenField(view)}
<fieldset><legend>${text.brands}</legend>
${cardBrands.map((brand) => box('brand', brand, brandName(text, brand), brands.includes(brand))).join('\n')}</fieldset>
<fieldset><legend>${text.ways}</legend>
${entryModes.map((mode) => box('mode', mode, text.modes[mode], modes.includes(mode))).join('\n')}</fieldset>
<div><label for="by">${DECISION_TEXTS[language].by}</label>
<input id="by" name="by" value="${escapeHtml(typed.get('by') ?? '')}" autocomplete="name" maxlength="200" required></div>
${stepUpField(view, 'key')}
<button>${text.save}</button>${takeBack}</form>`
  return renderPage({ language, title: text.title, body })
}

const ALL: OfferedMethods = { brands: cardBrands, entryModes }

function head({ language, notice }: MethodsView, title: string, back = '/operator'): string {
  const role = notice?.tone === 'bad' ? 'alert' : 'status'
  const said =
    notice === null ? '' : `<p class="note ${notice.tone}" role="${role}">${escapeHtml(notice.text)}</p>`
  return `<p><a href="${back}">${DECISION_TEXTS[language].back}</a></p><h1>${escapeHtml(title)}</h1>${said}`
}

function row(
  text: MethodsTexts,
  place: {
    readonly path: string
    readonly name: string
    readonly offered: OfferedMethods | null
    readonly isOwn: boolean
  },
): string {
  const { path, name, offered, isOwn } = place
  const own = path === 'account' ? '' : ` <span class="badge">${isOwn ? text.own : text.inherited}</span>`
  const said = offered === null ? '' : `<br><span class="soft small">${offeredText(text, offered)}</span>`
  return `<li><div class="row-main">${escapeHtml(name)}${own}${said}</div>
<a class="act" href="/operator/payment_methods/${path}" aria-label="${escapeHtml(`${text.change}: ${name}`)}">${text.change}</a></li>`
}

function offeredText(text: MethodsTexts, { brands, entryModes: modes }: OfferedMethods): string {
  if (brands.length === cardBrands.length && modes.length === entryModes.length) return text.all
  const names = brands.map((brand) => brandName(text, brand)).join(', ')
  return `${names} · ${modes.map((mode) => text.modes[mode]).join(', ')}`
}

function brandName(text: MethodsTexts, brand: CardBrand): string {
  return brand === 'unknown' ? text.otherCards : BRAND_NAMES[brand]
}
