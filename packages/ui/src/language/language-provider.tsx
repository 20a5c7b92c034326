import type { Money } from '@holdfast/core'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { I18nProvider } from 'react-aria-components'
import { messages, type MessageKey } from '../messages/index.ts'
import { formatMoney } from './format-money.ts'
import { formatTime, type TimeStyle } from './format-time.ts'
import type { Language } from '../messages/languages.ts'
import { type Catalogues, createTranslator, type Translate } from '../messages/translator.ts'

export interface LanguageSetting {
  readonly language: Language
  /** BCP 47, the language with its region. */
  readonly locale: string
}

const LanguageContext = createContext<LanguageSetting>({ language: 'en', locale: 'en-GB' })

/** Everything inside speaks `language`; the page's `lang` follows, for screen readers and hyphenation. */
export function LanguageProvider({
  language,
  locale,
  children,
}: LanguageSetting & { readonly children: ReactNode }): ReactNode {
  const setting = useMemo(() => ({ language, locale }), [language, locale])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return (
    <LanguageContext value={setting}>
      <I18nProvider locale={locale}>{children}</I18nProvider>
    </LanguageContext>
  )
}

export function useLanguage(): LanguageSetting {
  return useContext(LanguageContext)
}

/** A hook over an app's own messages: `const useTranslate = translationsOf(catalogues)`. */
export function translationsOf<Key extends string>(catalogues: Catalogues<Key>): () => Translate<Key> {
  return function useCatalogue() {
    const { language, locale } = useLanguage()
    return useMemo(() => createTranslator(catalogues[language], locale), [language, locale])
  }
}

/** The messages that every page shares. */
export const useTranslate: () => Translate<MessageKey> = translationsOf(messages)

export function useFormat(): {
  money(money: Money): string
  time(atMs: number, style?: TimeStyle): string
} {
  const { locale } = useLanguage()
  return useMemo(
    () => ({
      money: (money) => formatMoney(money, locale),
      time: (atMs, style) => formatTime(atMs, locale, style),
    }),
    [locale],
  )
}
