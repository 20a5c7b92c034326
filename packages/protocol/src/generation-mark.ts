import * as z from 'zod'

/**
 * What a device knows of the gateway's generation, which rises when the database is restored. What the device wrote up
 * to `sinceSeq`, or while it knew an earlier generation, may have reached a database that is lost: nothing of it is put
 * to an issuer as if it were new (P7).
 */
export const generationMark = z.strictObject({
  generation: z.int().min(1),
  sinceSeq: z.int().min(0),
})
export type GenerationMark = z.infer<typeof generationMark>
