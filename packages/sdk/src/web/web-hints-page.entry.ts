import { webHints, webReachability } from './web-platform.ts'

/** What the tests call in the page. */

let told = 0
let unwatch = () => {}

export function watch(): void {
  unwatch = webHints().watch(() => {
    told += 1
  })
}

export const stop = () => unwatch()
export const inForeground = () => webHints().inForeground()

/** How often a hint was told after the window said this. */
export function say(event: 'online' | 'offline'): number {
  told = 0
  dispatchEvent(new Event(event))
  return told
}

export async function probe(target: string): Promise<string> {
  const [only] = webReachability([target])
  return only === undefined ? 'none' : only.probe(2_000)
}
