import path from 'node:path'

import { basePortFrom } from './stack/port-plan.ts'
import { type Stack, startStack } from './stack/stack.ts'
import { onStopWanted } from './stack/stop-signals.ts'

/** `npm start`: the whole stack until Ctrl-C. */
const startedMs = performance.now()
// Whoever read what we say may be gone; the stack goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
const home = path.resolve(process.env['HOLDFAST_HOME'] ?? '.holdfast')
const ports = basePortFrom(process.env['HOLDFAST_PORT'])

let stack: Stack | undefined
let stopWanted = false
onStopWanted({
  stop() {
    stopWanted = true
    if (stack !== undefined) void stop(stack)
  },
  kill() {
    stack?.killNow()
    process.exit(1)
  },
})

if (ports.ok) await run(ports.base)
else fail(ports.why)

async function run(basePort: number): Promise<void> {
  process.stdout.write('Starting Holdfast…\n')
  const started = await startStack({ home, basePort, log: (line) => process.stdout.write(`  ${line}\n`) })
  if (!started.ok) return fail(started.why)
  stack = started.stack
  // Ctrl-C while it was starting.
  if (stopWanted) return stop(stack)
  process.stdout.write(welcome(stack, performance.now() - startedMs))
}

async function stop(running: Stack): Promise<void> {
  process.stdout.write('\nStopping…\n')
  await running.stop()
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
  Operator     ${ready.gateway}/operator   the same key opens it
  Mails        ${ready.mail}

First step: open the till and sell something with a test card. Then open the lab, switch the
internet off, and sell again. Ctrl-C stops everything; what you did is kept in ${shortPath(home)}.
`
}

function shortPath(folder: string): string {
  const relative = path.relative('', folder)
  return relative === '' || relative.startsWith('..') ? folder : relative
}
