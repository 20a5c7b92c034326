import { readFileSync } from 'node:fs'

/** A terminal and npm may both pass on one Ctrl-C. */
const SAME_PRESS_MS = 1_000
const PARENT_LOOK_MS = 300

/**
 * Calls `stop` once, for Ctrl-C and its siblings, and `kill` for a second press later. Under `npm start` a signal to npm
 * ends npm and its shell only, so their end is a wish to stop too.
 */
export function onStopWanted({ stop, kill }: { stop: () => void; kill: () => void }): void {
  let askedMs: number | null = null
  const ask = (): void => {
    if (askedMs !== null) return
    askedMs = performance.now()
    stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (askedMs !== null && performance.now() - askedMs > SAME_PRESS_MS) kill()
      ask()
    })
  }
  if (process.env['npm_lifecycle_event'] === undefined) return
  const before = npmAbove()
  setInterval(() => {
    if (npmAbove() !== before) ask()
  }, PARENT_LOOK_MS).unref()
}

/** Our parent is npm's shell and its parent is npm; either may be killed alone. */
function npmAbove(): string {
  const shell = process.ppid
  try {
    // proc(5): pid, name in brackets, state, parent.
    const stat = readFileSync(`/proc/${shell}/stat`, 'utf8')
    return `${shell} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    // No Linux, or gone this instant: the shell alone has to do.
    return process.platform === 'linux' ? 'gone' : String(shell)
  }
}
