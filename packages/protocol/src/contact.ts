import * as z from 'zod'
import type { Mode } from './primitives.ts'

/** How the customer of a stored payment can be reached if the issuer declines it (SQ8). */
export const contactDetails = z
  .strictObject({
    email: z
      .string()
      .max(254)
      .regex(/^[^\s@]+@[^\s@]+$/)
      .nullable(),
    phone: z
      .string()
      .max(32)
      .regex(/^\+?[\d\s().-]{5,}$/)
      .nullable(),
  })
  .refine(({ email, phone }) => email !== null || phone !== null, { error: 'an e-mail or a telephone' })
export type ContactDetails = z.infer<typeof contactDetails>

/** Bound into the seal, so a contact cannot be moved to another payment. */
export interface ContactContext {
  readonly account: string
  readonly mode: Mode
  readonly device: string
  readonly payment: string
}
