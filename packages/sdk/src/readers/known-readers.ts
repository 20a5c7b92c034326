import type { ReaderInfo } from '@holdfast/protocol'
import { parseJson } from '@holdfast/envelope'
import * as z from 'zod'
import { readerIdOf } from '../device.ts'
import type { JournalState, JournalStep } from '../journal/journal-step.ts'
import { KNOWN_READERS_MAX } from '../limits.ts'

/** A reader that was connected while the gateway answered: where, and when last. */
const knownReader = z.object({
  readerId: z.string(),
  model: z.string(),
  location: z.string(),
  lastOnlineMs: z.int(),
})
export type KnownReader = z.infer<typeof knownReader>

/** The journal's value that keeps them. */
export const KNOWN_READERS = 'readers'

/** An unreadable text is an empty list: the reader is then new again, and is connected online once more. */
export function parseKnownReaders(text: string | null): readonly KnownReader[] {
  const parsed = z.array(knownReader).safeParse(text === null ? [] : parseJson(text))
  return parsed.success ? parsed.data : []
}

/** What this device has kept, and what the gateway says in the lease. */
export function allKnownReaders(state: JournalState, kept: readonly KnownReader[]): readonly KnownReader[] {
  const listed = state.lease.readers.map(({ reader, model, location, lastOnlineMs }) => {
    return { readerId: reader, model, location, lastOnlineMs }
  })
  return [...listed, ...kept]
}

/** Writes down that this reader was connected online, here and now. */
export function keepKnownReader(info: ReaderInfo): JournalStep<readonly KnownReader[], null> {
  return {
    load: async (store) => parseKnownReaders(await store.value(KNOWN_READERS)),
    build(state, kept) {
      const { location } = state.lease
      const readerId = readerIdOf(state, info)
      const seen = { readerId, model: info.model, location, lastOnlineMs: state.time.nowMs }
      const others = kept.filter((known) => known.readerId !== readerId || known.location !== location)
      const newest = [seen, ...others].slice(0, KNOWN_READERS_MAX)
      return { do: 'commit', value: null, draft: { values: { [KNOWN_READERS]: JSON.stringify(newest) } } }
    },
  }
}
