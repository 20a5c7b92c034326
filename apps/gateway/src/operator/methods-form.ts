import { cardBrands, entryModes } from '@holdfast/core'
import type { PaymentMethodsChange } from '@holdfast/protocol/account'

export type ReadMethods =
  | { readonly ok: true; readonly change: PaymentMethodsChange }
  | { readonly ok: false; readonly error: 'name_missing' | 'nothing' }

/** What a form offers, or with its other button takes back. */
export function readMethodsForm(form: URLSearchParams): ReadMethods {
  const by = (form.get('by') ?? '').trim()
  if (by === '' || by.length > 200) return { ok: false, error: 'name_missing' }
  if (form.get('do') === 'take_back') return { ok: true, change: { offered: null, by } }
  const brands = cardBrands.filter((brand) => form.getAll('brand').includes(brand))
  const modes = entryModes.filter((mode) => form.getAll('mode').includes(mode))
  if (brands.length === 0 || modes.length === 0) return { ok: false, error: 'nothing' }
  return { ok: true, change: { offered: { brands, entryModes: modes }, by } }
}
