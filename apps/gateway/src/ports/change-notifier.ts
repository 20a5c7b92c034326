import type { Clock } from '@holdfast/core'

interface ChangeListener {
  /** Resolves once `key` has been told since the last `wait`, or since listening began; after `timeoutMs` at the latest. */
  wait(timeoutMs: number): Promise<void>
  end(): void
}

export interface ChangeNotifier {
  notify(key: string): void
  /** Resolves at the next `notify` of `key`, or after `timeoutMs`. */
  wait(key: string, timeoutMs: number): Promise<void>
  /** Hears `key` from now on, so that who looks and then waits misses nothing that is told meanwhile. */
  listen(key: string): ChangeListener
  /** True while changes by other processes are told here too; who waits need not look so often then. */
  hearsOthers?(): boolean
}

export function createChangeNotifier(clock: Clock): ChangeNotifier {
  const listening = new Map<string, Set<() => void>>()

  function listen(key: string): ChangeListener {
    const listeners = listening.get(key) ?? new Set()
    listening.set(key, listeners)
    const hear = () => {
      told = true
      wake?.()
    }
    let told = false
    let wake: (() => void) | null = null
    listeners.add(hear)
    return {
      async wait(timeoutMs) {
        if (!told) {
          const heard = Promise.withResolvers<void>()
          wake = heard.resolve
          const cancel = clock.timer(timeoutMs, heard.resolve)
          await heard.promise
          cancel()
          wake = null
        }
        told = false
      },
      end() {
        listeners.delete(hear)
        if (listeners.size === 0 && listening.get(key) === listeners) listening.delete(key)
      },
    }
  }

  return {
    notify(key) {
      for (const hear of listening.get(key) ?? []) hear()
    },
    listen,
    async wait(key, timeoutMs) {
      const listener = listen(key)
      await listener.wait(timeoutMs)
      listener.end()
    },
  }
}
