import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { readDeviceJournals } from './audit/device-journals.ts'
import { renderAudit } from './audit/render-audit.ts'
import { isClean, runAudit } from './audit/run-audit.ts'
import { runDemoDay } from './demo/demo-day.ts'
import { demoRows, paidMinorOf, renderDemo } from './demo/demo-report.ts'
import { grossMinorOf, renderMoney } from './demo/render-money.ts'
import { freeBasePort } from './stack/port-plan.ts'
import { type Stack, startStack } from './stack/stack.ts'

/** `npm run demo [-- --json]`: an outage day on real parts, beside whatever runs. Exit 0 only if the audit is clean. */
const json = process.argv.includes('--json')
const startedMs = performance.now()
const home = mkdtempSync(path.join(tmpdir(), 'holdfast-demo-'))
let stack: Stack | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stack?.killNow()
    process.exit(130)
  })
}

say('Starting a stack of its own for the demo…')
const started = await startStack({
  home,
  basePort: await freeBasePort(),
  withTill: false,
  log: (line) => say(`  ${line}`),
})
if (!started.ok) {
  process.stderr.write(`${started.why}\n`)
  process.exit(2)
}
stack = started.stack
const clean = await showDay(stack)
await stack.stop()
if (clean) rmSync(home, { recursive: true, force: true })
else process.stderr.write(`What the demo left is kept in ${home}\n`)
process.exit(clean ? 0 : 1)

async function showDay(running: Stack): Promise<boolean> {
  const { sales, money } = await runDemoDay(running, home, say)
  const audit = await runAudit(home)
  const journals = await readDeviceJournals(home)
  const rows = demoRows(
    sales,
    journals.flatMap(({ payments }) => payments),
  )
  const { report } = audit
  const isPaid = grossMinorOf(money) === paidMinorOf(rows) + money.tip.tipMinor
  const ok = isClean(audit) && report.pending === 0 && isPaid
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  if (json)
    process.stdout.write(
      `${JSON.stringify({ ok, seconds, sales: rows, money, audit: report, books: audit.books }, null, 2)}\n`,
    )
  else
    process.stdout.write(
      `\n${renderDemo(rows)}\n\n${renderMoney(money)}\n${isPaid ? '' : 'NOT ALL THAT WAS SOLD WAS PAID\n'}\nAudit: ${renderAudit(audit)}\n\n${seconds} s.\n`,
    )
  return ok
}

/** Progress; with `--json` beside the answer, not in it. */
function say(line: string): void {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)
  const out = json ? process.stderr : process.stdout
  out.write(`${seconds} s  ${line}\n`)
}
