import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const TRACE = ['-f', '-e', 'trace=fdatasync,fsync,mkdir']
const MARK = 'holdfast-bench-mark'

/** What is put before a command so that its flushes are written to `file`; null where strace cannot be used. */
export function straceCommand(file: string): readonly string[] | null {
  return straceWorks() ? ['strace', ...TRACE, '-o', file] : null
}

/** Called by a traced process where its counting begins and ends: a folder that cannot be made, but is seen. */
export function markForStrace(): void {
  try {
    mkdirSync(`/proc/${MARK}`)
  } catch {
    // As meant.
  }
}

export function countFsyncs(file: string, part: 'all' | 'between marks'): number {
  const lines = readFileSync(file, 'utf8').split('\n')
  const marks = lines.flatMap((line, at) => (line.includes(MARK) ? [at] : []))
  const [from = 0, to = lines.length] = part === 'all' ? [] : marks
  return lines.slice(from, to).filter((line) => /\b(fdatasync|fsync)\(/.test(line)).length
}

/** Counts the flushes of running processes while `work` runs; null where strace cannot be used. */
export async function countFsyncsOf(
  pids: readonly number[],
  file: string,
  work: () => Promise<void>,
): Promise<number | null> {
  if (!straceWorks()) return null
  const attach = pids.flatMap((pid) => ['-p', String(pid)])
  const strace = spawn('strace', [...TRACE, '-o', file, ...attach], { stdio: 'ignore' })
  const ended = once(strace, 'close')
  const tracing = await attached(pids)
  try {
    await work()
    // What was flushed last may still be on its way to strace.
    await sleep(100)
  } finally {
    strace.kill('SIGINT')
    await ended
  }
  return tracing && existsSync(file) ? countFsyncs(file, 'all') : null
}

/** strace needs a moment for many threads. */
async function attached(pids: readonly number[]): Promise<boolean> {
  const deadlineMs = performance.now() + 5_000
  while (performance.now() < deadlineMs) {
    if (pids.every((pid) => isTraced(pid))) return true
    await sleep(20)
  }
  return false
}

function isTraced(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return /^TracerPid:\t[1-9]/m.test(status)
  } catch {
    // It has ended since.
    return true
  }
}

/** All processes of the group that this one leads. */
export function processGroupOf(leader: number): number[] {
  const listed = spawnSync('ps', ['-eo', 'pid=,pgid='], { encoding: 'utf8' })
  return (listed.stdout ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, group]) => (pid !== undefined && group === leader && isAlive(pid) ? [pid] : []))
}

/** A zombie has no program any more and cannot be traced. */
function isAlive(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== ''
  } catch {
    return false
  }
}

let works: boolean | null = null

function straceWorks(): boolean {
  works ??= spawnSync('strace', [...TRACE, 'true'], { stdio: 'ignore' }).status === 0
  return works
}
