import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-disk-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const program = path.join(import.meta.dirname, '../test-support/hard-disk.entry.ts')

function run(script: string, ...args: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync(args[0] ?? 'sh', [...args.slice(1), '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, DIRECTORY: directory },
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

/** A small disk of its own; where the system does not let us make one the test says so. */
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs none ${directory}`]).status === 0

test.skipIf(!canMount)(
  'fault 10: on a disk that is full the next sale is refused before its card is read, and every open one is closed (SQ11)',
  () => {
    const script = `mount -t tmpfs -o size=2m none "$DIRECTORY" && exec "$NODE" "$PROGRAM" full "$DIRECTORY"`
    const told = run(script, 'unshare', '-rm', 'sh')
    expect(told).toMatchObject({
      refused: 'journal_full',
      afterwards: 'ok',
      accepts: true,
    })
    const { opened, voided } = told as { opened: number; voided: number }
    expect(voided).toBe(opened)
  },
  60_000,
)

// A file size limit is an I/O error for SQLite; Windows has none.
test.skipIf(process.platform === 'win32')(
  'fault 9: after a write that failed the journal goes on in a new file that was verified, and nothing that was acknowledged is lost',
  () => {
    const told = run(`ulimit -f 600; exec "$NODE" "$PROGRAM" failing "$DIRECTORY"`, 'bash')
    expect(told).toMatchObject({ lost: 0, whole: true, head: true, failures: ['journal_failed'] })
    expect((told as { acknowledged: number }).acknowledged).toBeGreaterThan(20)
  },
  60_000,
)
