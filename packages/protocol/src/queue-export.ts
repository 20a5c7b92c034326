import * as z from 'zod'
import { idOf, keyId, mode, publicKey, sha256Hex, sumMinor, unixMs } from './primitives.ts'
import { wireRecord } from './record.ts'
import { signed } from './signed.ts'
import { currencies } from '@holdfast/core'

/**
 * A device's queue as one file: the records as they are, so sealed to the gateway and signed by their device, and a
 * manifest that nobody can shorten. Whoever carries it can neither read a card in it nor change it (SQ11).
 */
export const queueExport = z.strictObject({
  format: z.literal('holdfast-queue'),
  v: z.literal(1),
  /** Context `export`, by the device. */
  manifest: signed,
  records: z.array(wireRecord),
})
export type QueueExport = z.infer<typeof queueExport>

export const exportManifest = z.strictObject({
  account: idOf('acct'),
  mode,
  device: idOf('dev'),
  key: keyId,
  /** The device's own; the gateway trusts only the one that it knows. */
  publicKey,
  atMs: unixMs,
  headSeq: z.int().min(0),
  headHash: z.string().max(64),
  /** Of the hashes of all records in the file, in order, one per line. */
  recordsSha256: sha256Hex,
  records: z.int().min(0),
  /** Accepted payments in it that the gateway has not acknowledged. */
  count: z.int().min(0),
  sums: z.partialRecord(z.enum(currencies), sumMinor),
})
export type ExportManifest = z.infer<typeof exportManifest>
