import type { CaughtMail } from './caught-mail.ts'

/** The newest first. */
export function renderInbox(mails: readonly CaughtMail[]): string {
  const rows = mails.map(
    (mail) => `<tr><td>${escaped(new Date(mail.atMs).toLocaleTimeString('en-GB'))}</td>
      <td>${escaped(mail.to.join(', '))}</td>
      <td><a href="/mails/${encodeURIComponent(mail.messageId)}">${escaped(mail.subject)}</a></td></tr>`,
  )
  const table =
    rows.length === 0
      ? '<p>Nothing was sent yet. Receipts and notices of this stack come here and go nowhere else.</p>'
      : `<table><thead><tr><th>at</th><th>to</th><th>subject</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  return page('Mails', table)
}

export function renderMail(mail: CaughtMail): string {
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><p>From ${escaped(mail.from)} to ${escaped(mail.to.join(', '))}</p>
    <pre>${escaped(mail.text)}</pre>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
    <style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem;
    color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;
    border-bottom:1px solid #8884}pre{white-space:pre-wrap;font:inherit}</style></head>
    <body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
