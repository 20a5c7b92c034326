import { escapeHtml } from '../pages/page.ts'
import type { OperatorTexts } from './operator-texts.ts'
import { dateText, type OperatorView } from './operator-view.ts'

/** What people have done to money and records: when, who, what as a command says it, and why. */
export function renderActs(
  { acts, language }: Pick<OperatorView, 'acts' | 'language'>,
  text: OperatorTexts,
): string {
  if (acts.length === 0) return `<p class="soft">${text.actsNone}</p>`
  const rows = acts.map(({ act, by, why, atMs }) => {
    const reason = why === null ? '' : ` <span class="soft">${escapeHtml(why)}</span>`
    return `<li><div class="row-main"><code>${escapeHtml(act)}</code>${reason}<br>
<span class="soft small">${escapeHtml(by)} · ${dateText(atMs, language)}</span></div></li>`
  })
  return `<ul class="rows">${rows.join('\n')}</ul>`
}
