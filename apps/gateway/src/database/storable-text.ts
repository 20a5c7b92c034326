import * as z from 'zod'

/** What a text column takes and JSON in a query may say: no zero byte, no half of a surrogate pair. */
export const storableText = z.string().regex(/^[^\0\p{Surrogate}]*$/u)
