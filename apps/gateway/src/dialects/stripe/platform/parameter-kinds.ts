import { AMOUNT_MINOR_MAX, currencies, type Currency, isCurrency } from '@holdfast/core'
import * as z from 'zod'
import type { Metadata } from '../../../metadata/metadata.ts'
import type { StripeRefusal } from '../stripe-refusal.ts'

/** What a schema says about a value that does not fit; `param` is filled in from the place. */
export type Misfit = Omit<StripeRefusal, 'param' | 'code'>

const TEXT_MAX = 5_000
/** Seconds of ten digits; more than twelve would leave what a bigint of milliseconds holds. */
const SECONDS = /^\d{1,12}$/

/** Text that is not empty. */
export function text(max = TEXT_MAX) {
  return z.unknown().transform((given, at): string => {
    if (typeof given !== 'string') return misfit(at, { message: 'Invalid string: it has parts.' })
    if (given === '') return misfit(at, EMPTY)
    if (given.length > max) {
      return misfit(at, {
        stripeCode: 'parameter_invalid_string_too_long',
        message: `Invalid string: must be at most ${max} characters`,
      })
    }
    return given
  })
}

/** A whole number of at most fifteen digits. */
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}) {
  return z.unknown().transform((given, at): number => {
    if (given === '') return misfit(at, EMPTY)
    const value = typeof given === 'string' && /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    if (!Number.isSafeInteger(value)) {
      const said = typeof given === 'string' ? given : 'it has parts'
      return misfit(at, { stripeCode: 'parameter_invalid_integer', message: `Invalid integer: ${said}` })
    }
    if (value < min) {
      return misfit(at, {
        stripeCode: 'parameter_invalid_integer',
        message: `This value must be greater than or equal to ${min}.`,
      })
    }
    if (value > max) {
      return misfit(at, {
        stripeCode: 'parameter_invalid_integer',
        message: `This value must be less than or equal to ${max}.`,
      })
    }
    return value
  })
}

export function flag() {
  return z.unknown().transform((given, at): boolean => {
    if (given === '') return misfit(at, EMPTY)
    if (given === 'true' || given === 'false') return given === 'true'
    return misfit(at, { message: `Invalid boolean: ${typeof given === 'string' ? given : 'it has parts'}` })
  })
}

export function oneOf<const Value extends string>(values: readonly Value[]) {
  return z.unknown().transform((given, at): Value => {
    if (given === '') return misfit(at, EMPTY)
    const value = values.find((candidate) => candidate === given)
    return value ?? misfit(at, { message: `Invalid value: must be one of ${values.join(', ')}` })
  })
}

/** Minor units, from 1 to twelve digits, with Stripe's two codes for what lies outside. */
export function amountMinor() {
  return integer({ min: Number.MIN_SAFE_INTEGER }).transform((value, at): number => {
    if (value < 1) {
      return misfit(at, {
        stripeCode: value < 0 ? 'parameter_invalid_integer' : 'amount_too_small',
        message: 'This value must be greater than or equal to 1.',
      })
    }
    if (value <= AMOUNT_MINOR_MAX) return value
    return misfit(at, {
      stripeCode: 'amount_too_large',
      message: 'Amount must be no more than 999,999,999,999 of the smallest unit.',
    })
  })
}

export function currency() {
  return text().transform((given, at): Currency => {
    const lower = given.toLowerCase()
    if (isCurrency(lower)) return lower
    return misfit(at, { message: `Invalid currency: ${given}. It must be one of ${currencies.join(', ')}.` })
  })
}

export function email() {
  return text(512).transform((given, at): string =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)
      ? given
      : misfit(at, { stripeCode: 'email_invalid', message: `Invalid email address: ${given}` }),
  )
}

/** Unix seconds. */
function seconds() {
  return z.unknown().transform((given, at): number => {
    if (typeof given === 'string' && SECONDS.test(given)) return Number(given)
    const said = typeof given === 'string' ? given : 'it has parts'
    return misfit(at, { stripeCode: 'parameter_invalid_integer', message: `Invalid integer: ${said}` })
  })
}

/** The empty string takes the value away: null. */
export function emptyable<Schema extends z.ZodType>(schema: Schema) {
  return z.union([
    z.literal('').transform(() => null),
    schema,
  ]) as unknown as z.ZodType<z.output<Schema> | null>
}

/** Parts by name; a part that is not named here is unknown. */
export function hash<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape)
}

export function listOf<Schema extends z.ZodType>(item: Schema) {
  const items = z.unknown().transform((given, at): unknown[] => {
    if (given === '') return []
    if (typeof given !== 'object' || given === null) return misfit(at, { message: 'Invalid array' })
    const entries = Object.entries(given)
    if (entries.some(([name]) => !/^\d{1,4}$/.test(name))) return misfit(at, { message: 'Invalid array' })
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value as unknown)
  })
  return items.pipe(z.array(item))
}

/** What to change: an empty value deletes its key, an empty `metadata` deletes all of them (`'all'`). */
export type MetadataChange = Readonly<Record<string, string>> | 'clear'

/** Which keys and values are allowed is the noun's rule (`changedMetadata`); here only the shape is read. */
export function metadata() {
  return z.unknown().transform((given, at): MetadataChange => {
    if (given === '') return 'clear'
    if (typeof given !== 'object' || given === null) return misfit(at, { message: 'Invalid object' })
    const values: Record<string, string> = Object.create(null) as Record<string, string>
    for (const [key, value] of Object.entries(given)) {
      if (typeof value !== 'string')
        return misfit(at, { message: 'Metadata values must be strings, not objects' })
      values[key] = value
    }
    return values satisfies Metadata
  })
}

export function address() {
  const part = emptyable(text()).optional()
  return hash({
    city: part,
    country: emptyable(text(2)).optional(),
    line1: part,
    line2: part,
    postal_code: part,
    state: part,
  })
}

export interface SecondsRange {
  readonly gt?: number | undefined
  readonly gte?: number | undefined
  readonly lt?: number | undefined
  readonly lte?: number | undefined
}

/** One moment, or bounds by name. */
export function secondsRange() {
  const bound = seconds().optional()
  const bounds = hash({ gt: bound, gte: bound, lt: bound, lte: bound })
  return z.unknown().transform((given, at): SecondsRange => {
    const parsed = typeof given === 'object' ? bounds.safeParse(given) : seconds().safeParse(given)
    if (parsed.success)
      return typeof parsed.data === 'number' ? { gte: parsed.data, lte: parsed.data } : parsed.data
    for (const issue of parsed.error.issues) at.addIssue({ ...issue })
    return z.NEVER
  })
}

const EMPTY: Misfit = { stripeCode: 'parameter_invalid_empty', message: '' }

function misfit(at: z.RefinementCtx, params: Misfit): never {
  at.addIssue({ code: 'custom', params: { ...params }, message: params.message })
  return z.NEVER
}
