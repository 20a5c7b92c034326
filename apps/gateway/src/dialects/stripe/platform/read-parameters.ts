import type * as z from 'zod'
import { parameterMissing, type StripeRefusal, unknownParameters } from '../stripe-refusal.ts'
import { bracketed, type Form } from './decode-form.ts'
import type { Misfit } from './parameter-kinds.ts'

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: StripeRefusal }

/** The form by its schema, or the refusal that Stripe would give: what is unknown first, then what is missing. */
export function readParameters<Schema extends z.ZodType>(schema: Schema, form: Form): Read<z.output<Schema>> {
  const parsed = schema.safeParse(form)
  if (parsed.success) return { ok: true, value: parsed.data }
  const issues = parsed.error.issues.flatMap(innermost)
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => bracketed([...issue.path, key])) : [],
  )
  if (unknown.length > 0) return { ok: false, refusal: unknownParameters(unknown) }
  const missing = issues.find((issue) => valueAt(form, issue.path) === undefined)
  if (missing !== undefined) return { ok: false, refusal: parameterMissing(bracketed(missing.path)) }
  const [issue] = issues
  return { ok: false, refusal: refusalOf(bracketed(issue?.path ?? []), issue) }
}

/** A union says only that nothing fitted: its last member is the one that was meant. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.at(-1) ?? []
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(innermost)
}

function refusalOf(param: string, issue: z.core.$ZodIssue | undefined): StripeRefusal {
  const misfit = issue?.code === 'custom' ? (issue.params as Misfit | undefined) : undefined
  if (misfit === undefined) return { code: 'parameter_invalid', message: 'Invalid object', param }
  if (misfit.stripeCode !== 'parameter_invalid_empty') return { code: 'parameter_invalid', param, ...misfit }
  const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`
  return { code: 'parameter_invalid', param, ...misfit, message }
}

function valueAt(form: Form, path: readonly PropertyKey[]): unknown {
  let at: unknown = form
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<PropertyKey, unknown>>)[part]
  }
  return at
}
