import { currencies } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import * as z from 'zod'
import { DamagedHead, type JournalHead } from './journal-store.ts'

/** The head row out of its JSON, or out of a structured clone. Throws `DamagedHead` when it is not one. */
export function parseHead(stored: unknown): JournalHead {
  const value = typeof stored === 'string' ? parseJson(stored) : stored
  if (!headShape.safeParse(value).success) throw new DamagedHead()
  return value as JournalHead
}

const tally = z.partialRecord(
  z.enum(currencies),
  z.looseObject({ count: z.int().min(0), sumMinor: z.int().min(0) }),
)

/** Loose: a later version may add to it. What no counter could be is damage. */
const headShape = z.looseObject({
  version: z.int().min(1),
  epoch: z.string(),
  seq: z.int().min(0),
  hash: z.string(),
  exposure: z.looseObject({ reserved: tally }),
  time: z.looseObject({ highWaterMs: z.number() }),
  timeBase: z.looseObject({ boot: z.string(), monotonicMs: z.number() }),
  forwardedSeq: z.int().min(0),
  resendSeq: z.int().min(0),
  backlog: z.looseObject({
    count: z.int().min(0),
    sums: z.partialRecord(z.enum(currencies), z.int().min(0)),
    voids: z.int().min(0),
  }),
})
