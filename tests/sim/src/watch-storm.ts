import type { Engine, FaultCounters } from '@holdfast/testing'
import type { Watch } from './watch.ts'

/**
 * Requests of one till per minute in which nothing was heard. The SDK's own bounds allow 35 pings out of their turn, and
 * beside them its pauses leave room for some 15 in their turn, as many retries of records and feed, and what sales try.
 * Over 1,500 days the busiest minute had 61.
 */
const IN_SILENCE_PER_MINUTE_MAX = 90
/**
 * And in any second: when the gateway comes back, every till has a queue. It sends one batch at a time, so a line of
 * 10 ms each way is the bound; over 1,200 days the busiest second had 32.
 */
const PER_SECOND_MAX = 50
const MINUTE_MS = 60_000
const SECOND_MS = 1_000

export interface StormWatch {
  /** A program of this till sends; `heard` tells whether anything can be answered now. */
  onSend(heard: boolean): void
  /** The busiest minute of silence and the busiest second so far. */
  busiest(): { readonly perMinute: number; readonly perSecond: number }
}

/** A gateway that is down must not be kept down by those who wait for it (DESIGN §3.6). */
export function watchStorm(
  watch: Watch,
  { engine, counters, name }: { engine: Engine; counters: FaultCounters; name: string },
): StormWatch {
  const inSilence: number[] = []
  const inSecond: number[] = []
  let [perMinute, perSecond] = [0, 0]

  return {
    onSend(heard) {
      const nowMs = engine.nowMs()
      perSecond = Math.max(perSecond, slide(inSecond, nowMs, SECOND_MS))
      if (heard) inSilence.length = 0
      else perMinute = Math.max(perMinute, slide(inSilence, nowMs, MINUTE_MS))
      counters.sometimes('storm.minute_of_silence', nowMs - (inSilence[0] ?? nowMs) > MINUTE_MS * 0.9)
      if (perMinute > IN_SILENCE_PER_MINUTE_MAX)
        watch.breach('a gateway that is down is left in peace', `${name}: ${perMinute} requests in a minute`)
      if (perSecond > PER_SECOND_MAX)
        watch.breach('no till storms the gateway', `${name}: ${perSecond} requests in a second`)
    },
    busiest: () => ({ perMinute, perSecond }),
  }
}

/** Adds now, drops what is out of the window; the number that is left. */
function slide(times: number[], nowMs: number, windowMs: number): number {
  times.push(nowMs)
  while ((times[0] ?? nowMs) <= nowMs - windowMs) times.shift()
  return times.length
}
