import { mkdtempSync, rmSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lane, LaneName } from './lane.ts'
import { codec } from './lanes/codec.ts'
import { decision } from './lanes/decision.ts'
import { drain } from './lanes/drain.ts'
import { enqueue } from './lanes/enqueue.ts'
import { growth } from './lanes/growth.ts'
import { herd } from './lanes/herd.ts'
import { intake } from './lanes/intake.ts'
import { intents } from './lanes/intents.ts'
import { volume } from './lanes/volume.ts'
import { machineLine, machineOf } from './measure/machine.ts'
import { parseOptions } from './options.ts'
import { type Report, renderLane } from './report.ts'

const lanes: Record<LaneName, Lane> = {
  enqueue,
  growth,
  drain,
  intake,
  decision,
  codec,
  herd,
  intents,
  volume,
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Beside the data of the stack, since /tmp may be memory: what is measured is a disk. */
function makeScratch(): string {
  const home = path.resolve(root, process.env['HOLDFAST_HOME'] ?? '.holdfast')
  mkdirSync(home, { recursive: true })
  return mkdtempSync(path.join(home, 'bench-'))
}

async function run(): Promise<void> {
  const { quick, json, only, scale, gateways } = parseOptions(process.argv.slice(2))
  const startedAt = new Date().toISOString()
  const startedMs = performance.now()
  const machine = await machineOf()
  const print = (text: string) => (json ? undefined : process.stdout.write(`${text}\n`))
  print(`Holdfast bench${quick ? ', quick' : ''}: ${machineLine(machine)}\n`)
  const scratch = makeScratch()
  const reports: Report['lanes'][number][] = []
  try {
    for (const name of only) {
      const laneScratch = path.join(scratch, name)
      mkdirSync(laneScratch)
      const laneStartedMs = performance.now()
      const report = await lanes[name]({
        quick,
        scale,
        gateways,
        scratch: laneScratch,
        browser: machine.chromium !== null,
        tell,
      })
      const tookMs = Math.round(performance.now() - laneStartedMs)
      reports.push({ ...report, tookMs })
      print(renderLane(report))
      print(`(${(tookMs / 1_000).toFixed(1)} s)\n`)
      rmSync(laneScratch, { recursive: true, force: true, maxRetries: 5 })
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
  }
  const tookMs = Math.round(performance.now() - startedMs)
  const report: Report = { machine, quick, scale, startedAt, tookMs, lanes: reports }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  print(`Took ${(tookMs / 1_000).toFixed(1)} s.`)
}

/** To stderr, so that the tables and the JSON stay clean; a person sees that something happens. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

try {
  await run()
  process.exit(0)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
}
