import type { Clock } from '@holdfast/core'
import type { ChangeNotifier } from './gateway-world.ts'

export function createChangeNotifier(clock: Clock): ChangeNotifier {
  const waiting = new Map<string, Set<() => void>>()
  return {
    notify(key) {
      for (const wake of waiting.get(key) ?? []) wake()
    },
    wait(key, timeoutMs) {
      return new Promise((resolve) => {
        const wakers = waiting.get(key) ?? new Set()
        waiting.set(key, wakers)
        const cancel = clock.timer(timeoutMs, finish)
        wakers.add(finish)
        function finish(): void {
          cancel()
          wakers.delete(finish)
          if (wakers.size === 0 && waiting.get(key) === wakers) waiting.delete(key)
          resolve()
        }
      })
    },
  }
}
