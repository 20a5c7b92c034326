import { invalidParameter, type StripeRefusal } from '../stripe-refusal.ts'

/** A form as nested names. An array is a form whose names are its indices; `a[]` takes the next index. */
export interface Form {
  readonly [name: string]: string | Form
}

export type DecodedForm =
  | { readonly ok: true; readonly form: Form }
  | { readonly ok: false; readonly refusal: StripeRefusal }

const FIELDS_MAX = 1_000
const DEPTH_MAX = 8

interface Draft {
  [name: string]: string | Draft
}

/** `application/x-www-form-urlencoded` with brackets, as query or as body: `a[b][0]=x&a[b][1]=y`. */
export function decodeForm(...texts: readonly string[]): DecodedForm {
  // Without a prototype, no name can reach one.
  const form: Draft = emptyDraft()
  const fields = texts.flatMap((text) => text.split('&')).filter((field) => field !== '')
  if (fields.length > FIELDS_MAX) return malformed(`A request has at most ${FIELDS_MAX} parameters.`)
  for (const field of fields) {
    const split = field.indexOf('=')
    const name = decodeText(split === -1 ? field : field.slice(0, split))
    const value = decodeText(split === -1 ? '' : field.slice(split + 1))
    if (name === null || value === null)
      return malformed('The parameters are not percent-encoded UTF-8 text.')
    const path = pathOf(name)
    if (path === null || path.length > DEPTH_MAX) return malformed(`Invalid parameter name: ${name}`, name)
    const problem = put(form, path, value)
    if (problem !== null) return malformed(problem, name)
  }
  return { ok: true, form }
}

/** `['a', 'b', 0]` as `a[b][0]`. */
export function bracketed(path: readonly PropertyKey[]): string {
  return path.map((part, at) => (at === 0 ? String(part) : `[${String(part)}]`)).join('')
}

function put(form: Draft, path: readonly string[], value: string): string | null {
  let at = form
  for (const part of path.slice(0, -1)) {
    const name = part === '' ? nextIndex(at) : part
    const inner = (at[name] ??= emptyDraft())
    if (typeof inner === 'string') return 'A parameter is either one value or has parts, not both.'
    at = inner
  }
  const last = path.at(-1) ?? ''
  const name = last === '' ? nextIndex(at) : last
  if (at[name] !== undefined) return 'A parameter may be given once.'
  at[name] = value
  return null
}

/** `a[b][]` as `['a', 'b', '']`; null when the brackets do not fit. */
function pathOf(name: string): string[] | null {
  const shape = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (shape === null) return null
  const [, head = '', rest = ''] = shape
  return [head, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, part = '']) => part)]
}

function nextIndex(form: Draft): string {
  return String(Object.keys(form).length)
}

/** Null for what is not text. PostgreSQL's text holds no NUL. */
function decodeText(text: string): string | null {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? null : decoded
  } catch {
    return null
  }
}

function emptyDraft(): Draft {
  return Object.create(null) as Draft
}

function malformed(message: string, param?: string): DecodedForm {
  return { ok: false, refusal: invalidParameter(param, message) }
}
