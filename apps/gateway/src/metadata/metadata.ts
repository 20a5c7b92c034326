/** The merchant's own words on one of our objects. */
export type Metadata = Readonly<Record<string, string>>

const METADATA_KEYS_MAX = 50
const KEY_LENGTH_MAX = 40
const VALUE_LENGTH_MAX = 500

export interface MetadataRefusal {
  readonly ok: false
  readonly why: 'key_too_long' | 'value_too_long' | 'too_many_keys'
  /** Null when no single key is at fault. */
  readonly key: string | null
}

/** `change` over what is there: an empty value deletes its key, `clear` deletes all. Keys that are not named stay. */
export function changedMetadata(
  before: Metadata,
  change: Metadata | 'clear' | undefined,
): { readonly ok: true; readonly metadata: Metadata } | MetadataRefusal {
  if (change === undefined) return { ok: true, metadata: before }
  if (change === 'clear') return { ok: true, metadata: {} }
  const after = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(change)) {
    if (key.length > KEY_LENGTH_MAX) return { ok: false, why: 'key_too_long', key }
    if (value.length > VALUE_LENGTH_MAX) return { ok: false, why: 'value_too_long', key }
    if (value === '') after.delete(key)
    else after.set(key, value)
  }
  if (after.size > METADATA_KEYS_MAX) return { ok: false, why: 'too_many_keys', key: null }
  return { ok: true, metadata: Object.fromEntries(after) }
}
