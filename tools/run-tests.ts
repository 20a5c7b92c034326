import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { addResults, checkResult, laneResult, summaryLine, type Result } from './test-results.ts'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
// Also when started without npm, which would have put it there.
process.env['PATH'] =
  `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')

type Lane = readonly [name: string, timeoutMinutes: number, part?: Part]
/** Of the files of a lane. */
type Part = `${number}/${number}`

/** They mostly wait, for disks, browsers and clocks: two tracks take the next one, the long ones first. */
const lanes: readonly Lane[] = [
  ['pg', 20, '1/2'],
  ['pg', 20, '2/2'],
  ['e2e', 20],
  ['chaos', 20],
  ['web', 10],
  ['sim', 10],
]

/** What `npm test` runs: the static checks and the lanes on two tracks; `--quick` checks, unit and simulation. */
const quick = process.argv.includes('--quick')
const queue = lanes.filter(([name]) => !quick || name === 'sim')
const reports = mkdtempSync(path.join(tmpdir(), 'holdfast-tests-'))
const table: { name: string; seconds: number; result: Result }[] = []

await Promise.all([
  measure('check', runCheck)
    .then(() => measure('unit', () => runLane(['unit', 10], 'live')))
    .then(runTrack),
  runTrack(),
])
rmSync(reports, { recursive: true, force: true })

const total = addResults(table.map((row) => row.result))
console.log('')
for (const { name, seconds, result } of table) {
  const empty = result.passed + result.failed + result.skipped === 0 ? ' (no tests)' : ''
  console.log(`${name.padEnd(6)} ${seconds.toFixed(1).padStart(6)} s  ${summaryLine(result)}${empty}`)
}
for (const problem of total.problems) console.log(`FAILED ${problem}`)
console.log(summaryLine(total))
process.exitCode = total.failed === 0 ? 0 : 1

async function runTrack(): Promise<void> {
  for (let lane = queue.shift(); lane !== undefined; lane = queue.shift()) {
    const next = lane
    await measure(titleOf(next), () => runLane(next, 'at_end'))
  }
}

async function measure(name: string, run: () => Promise<Result>): Promise<void> {
  console.log(`\n── ${name} ──`)
  const startedMs = performance.now()
  const result = await run()
  table.push({ name, seconds: (performance.now() - startedMs) / 1000, result })
}

async function runCheck(): Promise<Result> {
  const child = spawn(process.execPath, [path.join(root, 'tools', 'check.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = exitCode(child)
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    console.log(line)
  }
  return checkResult(lines, await ended)
}

function titleOf([name, , part]: Lane): string {
  return part === undefined ? name : `${name} ${part}`
}

async function runLane(lane: Lane, shown: 'live' | 'at_end'): Promise<Result> {
  const [name, timeoutMinutes, part] = lane
  const title = titleOf(lane)
  const timeoutMs = timeoutMinutes * 60_000
  const report = path.join(reports, `${title.replaceAll(/\W/g, '-')}.json`)
  const options = [
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(part === undefined ? [] : [`--shard=${part}`]),
  ]
  const child = spawn(process.execPath, [vitest, 'run', '--project', name, ...options], {
    cwd: root,
    stdio: shown === 'live' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  let timedOut = false
  const impatience = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const code = await exitCode(child)
  clearTimeout(impatience)
  if (shown === 'at_end') console.log(`\n── ${title} has ended ──\n${output.join('')}`)
  const end = timedOut ? `stopped after ${timeoutMs / 60_000} minutes` : code
  return laneResult(title, existsSync(report) ? readFileSync(report, 'utf8') : undefined, end)
}

/** Settled by `close`: all output has been read. */
function exitCode(child: ReturnType<typeof spawn>): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code ?? `ended by ${signal}`))
  })
}
