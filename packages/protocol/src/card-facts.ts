import { cardBrands, type CardFacts, cardholderVerifications, entryModes } from '@holdfast/core'
import * as z from 'zod'
import { fingerprint } from './primitives.ts'

export const cardFacts = z.strictObject({
  brand: z.enum(cardBrands),
  last4: z.string().regex(/^\d{4}$/),
  bin: z.string().regex(/^\d{6}(\d{2})?$/),
  expMonth: z.int().min(1).max(12),
  expYear: z.int().min(2000).max(2099),
  entryMode: z.enum(entryModes),
  cvm: z.enum(cardholderVerifications),
  aid: z.string().regex(/^([0-9A-F]{2}){0,16}$/),
  applicationLabel: z.string().max(16),
  fingerprint,
}) satisfies z.ZodType<CardFacts>

/** Receipt lines of the chip (EMV Book 4): cryptogram, TVR, TSI, application name, authorisation response code. */
export const receiptTags = z.strictObject({
  applicationPreferredName: z.string().max(16),
  applicationCryptogram: z.string().regex(/^[0-9A-F]{0,16}$/),
  cryptogramType: z.enum(['TC', 'ARQC', 'AAC']),
  terminalVerificationResults: z.string().regex(/^[0-9A-F]{0,10}$/),
  transactionStatusInformation: z.string().regex(/^[0-9A-F]{0,4}$/),
  /** Tag 8A: Y1, Y3, Z1, Z3 or the issuer's. */
  authorisationResponseCode: z.string().max(2),
})
export type ReceiptTags = z.infer<typeof receiptTags>
