/** Safe inside an element and inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export type PageLanguage = 'en' | 'fr' | 'es'

/** The first of our three languages in `Accept-Language` by its weights (RFC 9110 §12.5.4), else English. */
export function pageLanguage(acceptLanguage: string | undefined): PageLanguage {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((range, at) => {
      const [tag = '', ...parameters] = range
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const weight = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1)
      return { language: tag.split('-', 1)[0] ?? '', weight: Number.isFinite(weight) ? weight : 0, at }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.at - b.at)
  for (const { language } of wanted) {
    if (language === 'en' || language === 'fr' || language === 'es') return language
  }
  return 'en'
}

/** One file, no script, nothing from elsewhere. `body` is HTML. */
export function renderPage(page: {
  readonly language: PageLanguage
  readonly title: string
  readonly body: string
  /** Seconds after which the browser asks again. */
  readonly refreshSeconds?: number
}): string {
  const { language, title, body, refreshSeconds } = page
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  vary: 'accept-language',
} as const

/** The palette of `packages/ui`, as far as these few pages need it. */
const STYLE = `
:root { color-scheme: light dark; --paper: #f3f0e7; --surface: #fffdf8; --line: #d6d0c1; --ink: #14242b; --soft: #4b5a61;
  --primary: #0d4757; --on-primary: #fff; --focus: #b5500b; --good-soft: #dcefe4; --good-ink: #0e5238; --wait-soft: #fdf0cd;
  --wait-ink: #6b4700; --bad-soft: #fae0dc; --bad-ink: #8f1a13; --stop-soft: #e2e5e6; --stop-ink: #333d46; }
@media (prefers-color-scheme: dark) { :root { --paper: #0c1417; --surface: #142025; --line: #2b3b42; --ink: #ecf2f1;
  --soft: #a6b7bd; --primary: #86d3d9; --on-primary: #05262d; --focus: #ffb066; --good-soft: #12352a; --good-ink: #83dcb3;
  --wait-soft: #382b0d; --wait-ink: #f7cd74; --bad-soft: #431a18; --bad-ink: #ffaba3; --stop-soft: #26323a;
  --stop-ink: #c3ced5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 ui-sans-serif, system-ui, -apple-system,
  'Segoe UI', Roboto, Arial, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.4375rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1875rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 .75rem; } .soft { color: var(--soft); } small, .small { font-size: .875rem; }
a { color: inherit; } :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
ul.rows { list-style: none; margin: 0; padding: 0; background: var(--surface); border: 1px solid var(--line);
  border-radius: .875rem; overflow: hidden; }
ul.rows > li { padding: .75rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline;
  justify-content: space-between; }
ul.rows > li + li { border-top: 1px solid var(--line); }
ul.rows + ul.rows, ul.rows + .panel { margin-top: .75rem; }
.row-main { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
.badge { border-radius: 1rem; padding: .0625rem .625rem; font-size: .875rem; font-weight: 600; white-space: nowrap;
  background: var(--stop-soft); color: var(--stop-ink); }
.good { background: var(--good-soft); color: var(--good-ink); } .wait { background: var(--wait-soft); color: var(--wait-ink); }
.bad { background: var(--bad-soft); color: var(--bad-ink); }
.note { border-radius: .875rem; padding: .75rem 1rem; margin: 1rem 0; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: .875rem; padding: 1rem; margin: .5rem 0;
  overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin: .75rem 0 .25rem; } label.inline { font-weight: 400; display: flex; gap: .625rem;
  align-items: flex-start; } label.inline input { width: 1.25rem; height: 1.25rem; min-height: 0; flex: none; margin: .125rem 0 0; }
input, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .5rem;
  padding: .5rem .75rem; min-height: 3rem; width: 100%; }
button { font: inherit; font-weight: 600; border: 0; border-radius: .5rem; min-height: 3rem; padding: .5rem 1.25rem; cursor: pointer;
  background: var(--primary); color: var(--on-primary); margin-top: .75rem; } button.quiet { background: transparent;
  color: inherit; border: 1px solid var(--soft); }
a.act { display: inline-flex; align-items: center; min-height: 3rem; padding: .5rem 1rem; border: 1px solid var(--soft); border-radius: .5rem;
  font-weight: 600; text-decoration: none; }
fieldset { background: var(--surface); border: 1px solid var(--line); border-radius: .875rem; padding: .75rem 1rem 1rem; margin: 1rem 0; min-width: 0; }
legend { font-weight: 600; padding: 0 .375rem; } button.danger { background: var(--bad-ink); color: var(--paper); }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 0 1rem; align-items: end; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.figures > div { background: var(--surface); border: 1px solid var(--line); border-radius: .875rem; padding: .75rem 1rem; }
.figures strong { display: block; font-size: 1.1875rem; font-variant-numeric: tabular-nums; }
header.top { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1rem; align-items: baseline; }
`
