import { COMPONENT_TEXTS } from '../notices/component-texts.ts'
import { textIn } from '../notices/known-notice.ts'
import { escapeHtml, type PageLanguage } from '../pages/page.ts'
import { NOTICE_TEXTS } from './notice-texts.ts'
import type { NoticesView, NoticeView } from './notice-view.ts'

/** What runs now stands above the components, what comes and what was below them. HTML. */
export function renderNotices(
  { readMs, isCurrent, running, planned, past }: NoticesView,
  language: PageLanguage,
): { readonly above: string; readonly below: string } {
  const text = NOTICE_TEXTS[language]
  const old = readMs === null ? text.unreadable : text.old(time(readMs, language))
  const warning = isCurrent ? '' : `<p class="note wait">${escapeHtml(old)}</p>`
  const section = (title: string, list: readonly NoticeView[], none: string) =>
    list.length === 0
      ? `<h2>${title}</h2>\n<p class="soft">${none}</p>`
      : `<h2>${title}</h2>\n${cards(list, language)}`
  // What cannot be read is not called nothing.
  const below =
    readMs === null
      ? ''
      : `${section(text.planned, planned, text.plannedNone)}\n${section(text.past, past, text.pastNone)}`
  const now =
    running.length === 0
      ? ''
      : `<h2>${text.running}</h2>\n${cards(running, language)}\n<h2>${text.components}</h2>`
  return { above: `${warning}${now}`, below }
}

/** What is not over, for a page that is about something else. HTML; nothing while there is nothing. */
export function renderOpenNotices({ running, planned }: NoticesView, language: PageLanguage): string {
  return cards([...running, ...planned], language)
}

function cards(list: readonly NoticeView[], language: PageLanguage): string {
  return list.map((view) => card(view, language)).join('\n')
}

function card(view: NoticeView, language: PageLanguage): string {
  const text = NOTICE_TEXTS[language]
  const { kind, state, touches, startsMs, endsMs, overMs } = view
  const when =
    endsMs === null
      ? text.since(time(startsMs, language))
      : text.window(time(startsMs, language), time(endsMs, language))
  const over = overMs === null ? '' : `<br>${text.over(time(overMs, language))}`
  const names = touches.map((name) => COMPONENT_TEXTS[language][name]).join(', ')
  const calm = state === 'planned' || state === 'running' ? `<p class="small">${text.selling}</p>` : ''
  return `<article class="panel" id="${view.id}">
<header class="top"><strong>${text.kinds[kind]}</strong><span class="badge ${TONES[state]}">${text.states[state]}</span></header>
<p class="soft small">${when}${over}<br>${text.touches(names)}</p>
${calm}${changes(view, language)}
</article>`
}

const TONES: Readonly<Record<NoticeView['state'], string>> = {
  planned: 'wait',
  running: 'wait',
  investigating: 'bad',
  monitoring: 'wait',
  ended: 'good',
  resolved: 'good',
  withdrawn: '',
}

/** What was said of it, the newest last. The clock's own changes are in the times above. */
function changes({ changes: all }: NoticeView, language: PageLanguage): string {
  const said = all.flatMap(({ atMs, texts }) =>
    texts === null
      ? []
      : [
          `<p><span class="soft small">${time(atMs, language)}</span><br>${escapeHtml(textIn(texts, language))}</p>`,
        ],
  )
  return said.join('\n')
}

/** With the name of the zone: whoever reads it may be elsewhere. */
function time(atMs: number, language: PageLanguage): string {
  const format = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(language, format).format(atMs)} UTC`
}
