import path from 'node:path'

import { basePortFrom } from './stack/port-plan.ts'
import { type Stack, startStack } from './stack/stack.ts'

/** `npm start`: the whole stack until Ctrl-C. */
const startedMs = performance.now()
const home = path.resolve(process.env['HOLDFAST_HOME'] ?? '.holdfast')
const ports = basePortFrom(process.env['HOLDFAST_PORT'])

let stack: Stack | undefined
let stopWanted = false
let stopAskedMs = Number.NEGATIVE_INFINITY
/** A terminal and npm may both pass on one Ctrl-C. */
const SAME_PRESS_MS = 1_000
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void onStop())

if (ports.ok) await run(ports.base)
else fail(ports.why)

async function run(basePort: number): Promise<void> {
  process.stdout.write('Starting Holdfast…\n')
  const started = await startStack({ home, basePort, log: (line) => process.stdout.write(`  ${line}\n`) })
  if (!started.ok) return fail(started.why)
  stack = started.stack
  // Ctrl-C while it was starting.
  if (stopWanted) return onStop()
  process.stdout.write(welcome(stack, performance.now() - startedMs))
}

async function onStop(): Promise<void> {
  const sincePressMs = performance.now() - stopAskedMs
  if (stopWanted && stack !== undefined && sincePressMs > SAME_PRESS_MS && stopAskedMs > 0) {
    stack.killNow()
    process.exit(1)
  }
  stopWanted = true
  if (stack === undefined || sincePressMs < SAME_PRESS_MS) return
  stopAskedMs = performance.now()
  process.stdout.write('\nStopping…\n')
  await stack.stop()
  process.stdout.write('Stopped. Everything is kept for the next start.\n')
  process.exit(0)
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

function welcome({ ready }: Stack, tookMs: number): string {
  return `
Holdfast is running (started in ${(tookMs / 1000).toFixed(1)} s). Test mode, simulated cards.

  Till         ${ready.till}
  Outage lab   ${ready.lab}
  Gateway      ${ready.gateway}   key ${ready.keys.stripe}
  Acquirer     ${ready.acquirer.control}/journal

First step: open the till and sell something with a test card. Then open the lab, switch the
internet off, and sell again. Ctrl-C stops everything; what you did is kept in ${shortPath(home)}.
`
}

function shortPath(folder: string): string {
  const relative = path.relative('', folder)
  return relative === '' || relative.startsWith('..') ? folder : relative
}
