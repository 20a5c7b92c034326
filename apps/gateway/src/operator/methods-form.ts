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
  const offered = chosenIn(form)
  if (offered.brands.length === 0 || offered.entryModes.length === 0) return { ok: false, error: 'nothing' }
  return { ok: true, change: { offered, by } }
}

/** The boxes that are ticked, also where that is none. */
export function chosenIn(form: URLSearchParams): NonNullable<PaymentMethodsChange['offered']> {
  return {
    brands: cardBrands.filter((brand) => form.getAll('brand').includes(brand)),
    entryModes: entryModes.filter((mode) => form.getAll('mode').includes(mode)),
  }
}
