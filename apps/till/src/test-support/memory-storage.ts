import type { PreferenceStorage } from '../platform/preferences.ts'

export function memoryStorage(): PreferenceStorage {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}
