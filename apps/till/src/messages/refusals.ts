import { type Catalogues, type Translate, translationsOf } from '@holdfast/ui'
import { refusalsEn, type RefusalKey } from './refusals-en.ts'
import { refusalsEs } from './refusals-es.ts'
import { refusalsFr } from './refusals-fr.ts'
import { isTillCode } from './till-codes.ts'

export const refusalMessages: Catalogues<RefusalKey> = {
  en: refusalsEn,
  fr: refusalsFr,
  es: refusalsEs,
}

const useRefusals: () => Translate<RefusalKey> = translationsOf(refusalMessages)

/** What a code of the error table means, in the person's language. */
export function useRefusal(): (code: string) => string {
  const t = useRefusals()
  return (code) => (isTillCode(code) || code === 'till_fault' ? t(code) : `${t('other')} (${code})`)
}
