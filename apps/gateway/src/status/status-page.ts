import { COMPONENT_TEXTS } from '../notices/component-texts.ts'
import { escapeHtml, type PageLanguage, renderPage } from '../pages/page.ts'
import { renderNotices } from './render-notices.ts'
import type { ComponentState } from './status-board.ts'
import type { StatusReport } from './status-report.ts'

const REFRESH_SECONDS = 30

/** For a shop that asks, on a telephone with mobile data, why its tills have gone offline (SQ3). */
export function renderStatusPage(report: StatusReport, language: PageLanguage): string {
  const text = TEXTS[language]
  const rows = report.components.map(({ name, state, sinceMs, uptime }) => {
    const share = uptime === null ? '' : ` · ${text.uptime(percent(uptime, language))}`
    return `<li><div class="row-main"><strong>${COMPONENT_TEXTS[language][name]}</strong><br>
<span class="soft small">${text.since(time(sinceMs, language))}${share}</span></div>
<span class="badge ${TONES[state]}">${text.states[state]}</span></li>`
  })
  const overall = report.status === 'up' && report.notices.running.length > 0 ? 'noticed' : report.status
  const { above, below } = renderNotices(report.notices, language)
  const body = `<h1>${text.title}</h1>
<p class="note ${OVERALL_TONES[overall]}" role="status"><strong>${text.overall[overall]}</strong></p>
${above}
<ul class="rows">${rows.join('\n')}</ul>
<p class="soft small">${escapeHtml(text.asOf(time(report.asOfMs, language), time(report.observedSinceMs, language)))}</p>
${below}`
  return renderPage({ language, title: text.title, body, refreshSeconds: REFRESH_SECONDS })
}

const OVERALL_TONES = { up: 'good', noticed: 'wait', down: 'bad' } as const

const TONES: Record<ComponentState, string> = { up: 'good', down: 'bad', unknown: '' }

/** With the name of the zone: whoever reads it may be elsewhere. */
function time(atMs: number, language: PageLanguage): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone: 'UTC',
  }).format(atMs)
}

function percent(share: number, language: PageLanguage): string {
  // Rounded down: 99.996 % is not all of it.
  const floored = Math.floor(share * 10_000) / 10_000
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(floored)
}

interface Texts {
  readonly title: string
  readonly states: Record<ComponentState, string>
  readonly overall: Record<keyof typeof OVERALL_TONES, string>
  readonly since: (time: string) => string
  readonly uptime: (share: string) => string
  readonly asOf: (time: string, observedSince: string) => string
}

const TEXTS: Record<PageLanguage, Texts> = {
  en: {
    title: 'Holdfast status',
    states: { up: 'Working', down: 'Not working', unknown: 'Not known yet' },
    overall: {
      up: 'Everything works.',
      noticed: 'Everything answers. What is going on stands below.',
      down: 'Something does not work. Tills keep selling offline as far as their settings allow.',
    },
    since: (at) => `since ${at}`,
    uptime: (share) => `up ${share} of the time`,
    asOf: (at, from) => `As of ${at}. Observed since ${from}.`,
  },
  fr: {
    title: 'État de Holdfast',
    states: { up: 'Fonctionne', down: 'Ne fonctionne pas', unknown: 'Pas encore connu' },
    overall: {
      up: 'Tout fonctionne.',
      noticed: 'Tout répond. Ce qui se passe est indiqué ci-dessous.',
      down: 'Un service ne fonctionne pas. Les caisses continuent hors ligne dans les limites de leurs réglages.',
    },
    since: (at) => `depuis le ${at}`,
    uptime: (share) => `disponible ${share} du temps`,
    asOf: (at, from) => `État au ${at}. Observé depuis le ${from}.`,
  },
  es: {
    title: 'Estado de Holdfast',
    states: { up: 'Funciona', down: 'No funciona', unknown: 'Aún no se sabe' },
    overall: {
      up: 'Todo funciona.',
      noticed: 'Todo responde. Lo que ocurre se explica abajo.',
      down: 'Algo no funciona. Las cajas siguen vendiendo sin conexión según sus ajustes.',
    },
    since: (at) => `desde el ${at}`,
    uptime: (share) => `disponible el ${share} del tiempo`,
    asOf: (at, from) => `Estado del ${at}. Observado desde el ${from}.`,
  },
}
