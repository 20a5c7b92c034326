import { existsSync } from 'node:fs'
import path from 'node:path'

import { renderAudit } from './audit/render-audit.ts'
import { isClean, runAudit } from './audit/run-audit.ts'

/** `npm run audit [-- --json]`: exit 0 only without differences, 1 with some, 2 when it could not look. */
const home = path.resolve(process.env['HOLDFAST_HOME'] ?? '.holdfast')
const json = process.argv.includes('--json')

if (!existsSync(home)) refuse(`There is nothing at ${home}. Run npm start first, or set HOLDFAST_HOME.`)
else {
  try {
    const audit = await runAudit(home)
    const { report, notReachable, books } = audit
    const text = json ? JSON.stringify({ ...report, notReachable, books }, null, 2) : renderAudit(audit)
    process.stdout.write(`${text}\n`)
    process.exitCode = isClean(audit) ? 0 : 1
  } catch (error) {
    refuse(`The audit could not look: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refuse(why: string): void {
  process.stderr.write(`${why}\n`)
  process.exitCode = 2
}
