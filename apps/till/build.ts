import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const HERE = path.join(ROOT, 'apps/till')
const TILL_DIST = path.join(HERE, 'dist')

/** What ends up in the till; a change in any of it makes the build stale. */
const INPUTS = [
  'apps/till/src',
  'apps/till/public',
  'apps/till/index.html',
  'apps/till/vite.config.ts',
  'packages/core/src',
  'packages/envelope/src',
  'packages/protocol/src',
  'packages/reader/src',
  'packages/sdk/src',
  'packages/ui/src',
  'package-lock.json',
]

/**
 * Builds the till where its sources have changed since the last build; without a change it only reads them (some
 * 50 ms). The new build takes the place of the old one in one rename, so a server never shows half of one.
 */
export async function buildTill(): Promise<{ built: boolean }> {
  const stamp = hashOf(INPUTS)
  const stampFile = path.join(TILL_DIST, 'build-stamp.txt')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { built: false }
  const scratch = `${TILL_DIST}.${process.pid}`
  const environment = process.env['NODE_ENV']
  // Under a test runner or a shell of a developer, React would be built with its slow checks and its own messages.
  process.env['NODE_ENV'] = 'production'
  try {
    const { build } = await import('vite')
    await build({
      configFile: path.join(HERE, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: scratch, emptyOutDir: true },
    })
    writeFileSync(path.join(scratch, 'build-stamp.txt'), stamp)
    rmSync(TILL_DIST, { recursive: true, force: true })
    renameSync(scratch, TILL_DIST)
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = environment
    rmSync(scratch, { recursive: true, force: true })
  }
  return { built: true }
}

function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesIn(path.join(ROOT, input))) {
      hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

function filesIn(place: string): string[] {
  if (!existsSync(place)) return []
  if (statSync(place).isFile()) return [place]
  const entries = readdirSync(place, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

if (import.meta.main) await buildTill()
