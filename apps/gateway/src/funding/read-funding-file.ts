import { type Currency, currencies, currencyNumber } from '@holdfast/core'
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { storableText } from '../database/storable-text.ts'

/** What the acquirer says that it pays for, or takes back. Minor units; what the merchant gets is positive. */
export type FundingItem = z.infer<typeof fundingItem>

export interface FundingFile {
  readonly file: string
  readonly merchant: string
  readonly currency: Currency
  readonly madeAtMs: number
  readonly items: readonly FundingItem[]
  /** What has gone to the merchant, or to us. */
  readonly paidMinor: number
}

export type FundingDamage =
  /** Cut off, or no lines of JSON. */
  | 'file_unreadable'
  /** Another format, or a version that is not known yet. */
  | 'file_version_unknown'
  /** What its last line says of it is not so. */
  | 'file_altered'
  | 'file_currency_unknown'
  /** It names itself otherwise than whoever gave it. */
  | 'file_name_differs'

/**
 * Version 1 of docs/reference/funding-files.md. A file is believed as a whole or not at all; fields that are not known
 * are of the acquirer and left alone.
 */
export function readFundingFile(
  text: string,
  named: string,
):
  | { readonly ok: true; readonly file: FundingFile }
  | { readonly ok: false; readonly damage: FundingDamage } {
  const lines = text.split('\n')
  if (lines.length < 3 || lines.at(-1) !== '') return damaged('file_unreadable')
  const [first, ...rest] = lines.slice(0, -1).map(parseLine)
  if (!isHeaderOf.safeParse(first).success) return damaged('file_version_unknown')
  const header = fundingHeader.safeParse(first)
  const items = z.array(fundingItem).safeParse(rest.slice(0, -1))
  const trailer = fundingTrailer.safeParse(rest.at(-1))
  if (!header.success || !items.success || !trailer.success) return damaged('file_unreadable')
  if (!isTrue(trailer.data, items.data, text)) return damaged('file_altered')
  const { file, merchant, madeAtMs } = header.data
  const currency = currencies.find((candidate) => currencyNumber(candidate) === header.data.currency)
  if (currency === undefined) return damaged('file_currency_unknown')
  if (file !== named) return damaged('file_name_differs')
  const { paidMinor } = trailer.data
  return { ok: true, file: { file, merchant, currency, madeAtMs, items: items.data, paidMinor } }
}

function isTrue(said: z.infer<typeof fundingTrailer>, items: readonly FundingItem[], text: string): boolean {
  const grossMinor = items.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const feesMinor = items.reduce((sum, { feeMinor }) => sum + feeMinor, 0)
  const body = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
  return (
    said.items === items.length &&
    said.grossMinor === grossMinor &&
    said.feesMinor === feesMinor &&
    said.paidMinor === grossMinor - feesMinor &&
    said.sha256 === createHash('sha256').update(body).digest('hex')
  )
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function damaged(damage: FundingDamage) {
  return { ok: false, damage } as const
}

const minor = z.int().min(-999_999_999_999).max(999_999_999_999)
const ids = {
  terminal: storableText.min(1).max(8),
  rrn: storableText.min(1).max(12),
  feeMinor: minor.min(0),
}

const isHeaderOf = z.object({ format: z.literal('holdfast-funding'), version: z.literal(1) })

const fundingHeader = z.object({
  file: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  merchant: z.string().min(1).max(15),
  /** Three digits of ISO 4217. */
  currency: z.string(),
  madeAtMs: z.int().min(0),
})

const fundingItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sale'),
    ...ids,
    batch: z.string().regex(/^[0-9]{6}$/),
    stan: z.string().regex(/^[0-9]{6}$/),
    amountMinor: minor.min(1),
  }),
  z.object({
    kind: z.literal('refund'),
    ...ids,
    batch: z.string().regex(/^[0-9]{6}$/),
    stan: z.string().regex(/^[0-9]{6}$/),
    amountMinor: minor.max(-1),
  }),
  z.object({
    kind: z.literal('chargeback'),
    ...ids,
    chargeback: storableText.min(1).max(200),
    amountMinor: minor.max(-1),
  }),
  z.object({
    kind: z.literal('chargeback_won'),
    ...ids,
    chargeback: storableText.min(1).max(200),
    amountMinor: minor.min(1),
  }),
])

const fundingTrailer = z.object({
  items: z.int().min(1),
  grossMinor: minor,
  feesMinor: minor,
  paidMinor: minor.min(1),
  sha256: z.string(),
})
