import { errorTable } from '@holdfast/protocol'
import { escapeHtml, renderPage } from '../pages/page.ts'

/** Where every `doc_url` leads: the table of errors, a row for each code with an anchor of its own. For developers. */
export function renderErrorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, retryable, message }]) =>
      `<li id="${code}"><span class="row-main"><code>${code}</code><br>${escapeHtml(message)}</span>
<span class="badge">HTTP ${status}</span>${retryable ? '<span class="badge wait">send it again</span>' : ''}</li>`,
  )
  return renderPage({
    language: 'en',
    title: 'Errors of Holdfast',
    body: `<h1>Errors</h1>
<p>A 5xx, or no answer at all, means that the outcome is unknown: keep the request, and send the same one again, with the same
<code>Idempotency-Key</code>. Any other code means that the request was understood and refused.</p>
<p id="card_declined">A card that its issuer declines is no error of the request: the payment has <code>last_payment_error</code>,
its charge has failed, and <code>decline_code</code> says why.</p>
<ul class="rows">${rows.join('\n')}</ul>`,
  })
}
