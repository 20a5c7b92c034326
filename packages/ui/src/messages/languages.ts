export const languages = ['en', 'fr', 'es'] as const
export type Language = (typeof languages)[number]

/** Each language in its own words, for the switcher. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  fr: 'Français',
  es: 'Español',
}

const HOME_LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR', es: 'es-ES' }

export function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text)
}

/** The first of the person's languages that we speak; English when there is none. `preferred` are BCP 47 tags. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split('-')[0] ?? ''
    if (isLanguage(base)) return base
  }
  return 'en'
}

/** Numbers and dates follow the person's region (fr-CA, en-US) where it belongs to the chosen language. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  const regional = preferred.find((tag) => tag.toLowerCase().startsWith(`${language}-`) && isLocale(tag))
  return regional ?? HOME_LOCALES[language]
}

/** Some systems hand their own names through (`en-US@posix`), and Intl throws on them. */
function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0
  } catch {
    return false
  }
}
