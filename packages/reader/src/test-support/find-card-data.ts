import { type SimulatedCard, simulatedCards } from '../simulated-cards.ts'

/**
 * Names every card whose number, or the rest of whose track, is in `value` at any depth: as digits, with separators, as bytes (BCD or ASCII), or
 * spelled in hexadecimal or base64 inside a string, an error's message or stack included.
 */
export function findCardData(value: unknown): readonly string[] {
  const views = new Set<string>()
  collect(value, views, new Set())
  const found = Object.entries(simulatedCards).filter(([, card]) =>
    needles(card).some((needle) => [...views].some((view) => view.includes(needle))),
  )
  return found.map(([name]) => name)
}

function needles({ pan, expiry, behaviour }: SimulatedCard): readonly string[] {
  return behaviour.kind === 'stripe' ? [pan, expiry + behaviour.trackTail] : [pan]
}

function collect(value: unknown, views: Set<string>, seen: Set<unknown>): void {
  if (typeof value === 'string') return addText(value, views)
  if (typeof value === 'number' || typeof value === 'bigint') return addText(String(value), views)
  if (value instanceof Uint8Array) return addBytes(Buffer.from(value), views)
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (value instanceof Map || value instanceof Set) return collect([...value], views, seen)
  for (const key of Reflect.ownKeys(value)) {
    collect(key, views, seen)
    collect(Reflect.get(value, key), views, seen)
  }
}

function addText(text: string, views: Set<string>): void {
  views.add(text)
  views.add(text.replaceAll(/[\s.\-_]/g, ''))
  for (const [hex] of text.matchAll(/[0-9a-f]{12,}/gi)) addBytes(Buffer.from(hex, 'hex'), views)
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) addBytes(Buffer.from(run, 'base64url'), views)
}

/** A number of odd length is padded on either side, so a hexadecimal view finds it at any half byte. */
function addBytes(bytes: Buffer, views: Set<string>): void {
  views.add(bytes.toString('latin1'))
  views.add(bytes.toString('hex'))
}
