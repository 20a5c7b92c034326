import * as z from 'zod'
import { currency, idOf, sumMinor, unixMs } from './primitives.ts'

/**
 * What became of a tip that was written in after its sale, as a till hears of it in context `tip`. Several may come of one
 * payment: what was set aside is told again once a person has mended what was wrong.
 */
export const tipStatement = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  atMs: unixMs,
  currency,
  /** As it was written in. */
  tipMinor: sumMinor,
  /** What the card is charged on top now; another amount than `tipMinor` where that was set aside. */
  standsMinor: sumMinor,
  /** Null: the acquirer has taken it. Otherwise why not; a device must bear one that it does not know. */
  code: z
    .string()
    .regex(/^[a-z_]{1,60}$/)
    .nullable(),
})
export type TipStatement = z.infer<typeof tipStatement>
