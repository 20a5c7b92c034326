import type { ReactNode } from 'react'
import { useLanguage, useTranslate } from '../language/language-provider.tsx'
import { type Language, languageNames, languages } from '../messages/languages.ts'
import { Segments } from './segments.tsx'

export function LanguagePicker({ onChange }: { readonly onChange: (language: Language) => void }): ReactNode {
  const { language } = useLanguage()
  const t = useTranslate()
  return (
    <Segments
      label={t('language.label')}
      value={language}
      options={languages.map((each) => ({ value: each, label: languageNames[each], lang: each }))}
      onChange={onChange}
    />
  )
}
