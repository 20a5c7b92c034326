import type { Clock } from '@holdfast/core'
import type { ChangeListener, ChangeNotifier } from './gateway-world.ts'

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
