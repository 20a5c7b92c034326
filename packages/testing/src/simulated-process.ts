import type { Engine } from './engine.ts'

/**
 * A running program whose only way to the world are its ports. Killed, it keeps nothing: timers do not fire, promises
 * do not settle, and whatever code still runs in the same turn reaches no port any more.
 */
export interface SimulatedProcess {
  readonly name: string
  isAlive(): boolean
  kill(why: string): void
  /** Called once, at the death; the returned function unsubscribes. */
  onKill(listener: () => void): () => void
  /**
   * One point at which the program may die: each port calls it before and after what it does. False when the program
   * is dead, perhaps from here on.
   */
  step(label: string): boolean
  steps(): number
  /** Dies at step number `n`, counted from 1. */
  crashAtStep(n: number): void
  /** A timer of the program; gone with it, late while it is frozen. */
  timer(delayMs: number, label: string, task: () => void): () => void
  /** Runs `task` now if the program is alive, at the thaw if it is frozen, and never if it is dead. */
  deliver(task: () => void): void
  /** Stopped and going on later, as SIGSTOP or a frozen tab. */
  freeze(durationMs: number): void
}

export function simulatedProcess(engine: Engine, name: string): SimulatedProcess {
  const listeners = new Set<() => void>()
  const postponed: (() => void)[] = []
  let alive = true
  let steps = 0
  let crashAt = Number.POSITIVE_INFINITY
  let thawsAtMs = 0

  function kill(why: string): void {
    if (!alive) return
    alive = false
    postponed.length = 0
    engine.tell(`${name} dies: ${why}`)
    for (const listener of listeners) listener()
  }

  function deliver(task: () => void): void {
    if (!alive) return
    if (engine.nowMs() < thawsAtMs) postponed.push(task)
    else task()
  }

  return {
    name,
    isAlive: () => alive,
    kill,
    onKill(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    step(label) {
      if (!alive) return false
      steps += 1
      if (steps === crashAt) kill(`at step ${steps}, ${label}`)
      return alive
    },
    steps: () => steps,
    crashAtStep(n) {
      crashAt = n
    },
    timer(delayMs, label, task) {
      let canceled = false
      const cancel = engine.after(delayMs, `${name} ${label}`, () => {
        deliver(() => {
          if (!canceled) task()
        })
      })
      return () => {
        canceled = true
        cancel()
      }
    },
    deliver,
    freeze(durationMs) {
      if (!alive) return
      engine.tell(`${name} freezes for ${durationMs} ms`)
      thawsAtMs = Math.max(thawsAtMs, engine.nowMs() + durationMs)
      engine.after(durationMs, `${name} thaws`, () => {
        if (engine.nowMs() < thawsAtMs) return
        for (const task of postponed.splice(0)) deliver(task)
      })
    },
  }
}

/** What a dead program waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {})
}
