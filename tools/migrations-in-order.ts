import { readdirSync } from 'node:fs'
import path from 'node:path'

/** Two people may take the same number for their next migration; whoever lands second has to take another one. */
const dir = path.join(path.dirname(import.meta.dirname), 'apps/gateway/src/database/migrations')
const wrong = readdirSync(dir)
  .toSorted()
  .filter((file, at) => !file.startsWith(`${String(at + 1).padStart(4, '0')}-`))
for (const file of wrong) console.log(`${file} breaks the order: numbers run from 0001 without a gap`)
process.exitCode = wrong.length === 0 ? 0 : 1
