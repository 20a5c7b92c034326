import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'

const program = path.join(import.meta.dirname, '../test-support/hard-disk.entry.ts')
const TRY = ['-qqq', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=9', 'true']
const canInject = process.platform === 'linux' && spawnSync('strace', TRY).status === 0
if (!canInject)
  process.stderr.write('SKIPPED: no strace that may inject, so no system call of a journal failed\n')

/** The kernel says that this call of the journal's process failed, this once. */
test.runIf(canInject).each([
  { fault: 'an fsync', inject: 'fsync,fdatasync:error=EIO:when=60', code: 'journal_failed' },
  { fault: 'a write', inject: 'pwrite64:error=EIO:when=120', code: 'journal_failed' },
  { fault: 'a write for want of space', inject: 'pwrite64:error=ENOSPC:when=120', code: 'journal_full' },
])(
  'fault 9, P1: $fault fails: the sale is refused as $code, the next is taken, and nothing that was acknowledged is lost',
  ({ inject, code }) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-calls-'))
    try {
      const calls = inject.slice(0, inject.indexOf(':'))
      const traced = ['-f', '-qqq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${inject}`]
      const { stdout, stderr, status } = spawnSync(
        'strace',
        [...traced, process.execPath, program, 'failing', directory],
        { encoding: 'utf8' },
      )
      expect(status, stderr).toBe(0)
      const told: unknown = JSON.parse(stdout)
      expect(told).toMatchObject({ lost: 0, whole: true, head: true, failures: [code] })
      expect(told).toHaveProperty('acknowledged', expect.any(Number))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
  60_000,
)
