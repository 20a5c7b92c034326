import { IntlMessageFormat } from 'intl-messageformat'
import type { Language } from './languages.ts'

/** ICU messages by key. Every language has every key, or the program does not compile. */
export type Catalogue<Key extends string> = Readonly<Record<Key, string>>
export type Catalogues<Key extends string> = Readonly<Record<Language, Catalogue<Key>>>

export type MessageValues = Readonly<Record<string, string | number>>
export type Translate<Key extends string> = (key: Key, values?: MessageValues) => string

/**
 * `locale` is the language with its region, for plurals and numbers inside messages. A message whose value was
 * forgotten shows its own source: a counter with a customer waiting must not get a blank page for it.
 */
export function createTranslator<Key extends string>(
  catalogue: Catalogue<Key>,
  locale: string,
): Translate<Key> {
  const parsed = new Map<Key, IntlMessageFormat>()
  return (key, values) => {
    const source = catalogue[key]
    if (!source.includes('{')) return source
    try {
      const message = parsed.get(key) ?? new IntlMessageFormat(source, locale)
      parsed.set(key, message)
      return String(message.format(values))
    } catch {
      return source
    }
  }
}
