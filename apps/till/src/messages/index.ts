import type { CardName } from '@holdfast/reader'
import { type Catalogues, type Language, type Translate, translationsOf, useLanguage } from '@holdfast/ui'
import { cardsEn, type CardText } from './cards-en.ts'
import { cardsEs } from './cards-es.ts'
import { cardsFr } from './cards-fr.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'

export type TillKey = keyof typeof en
export type TillTranslate = Translate<TillKey>

export const tillMessages: Catalogues<TillKey> = { en, fr, es }

export const useTill: () => TillTranslate = translationsOf(tillMessages)

const cardTexts: Readonly<Record<Language, Readonly<Record<CardName, CardText>>>> = {
  en: cardsEn,
  fr: cardsFr,
  es: cardsEs,
}

export function useCardTexts(): Readonly<Record<CardName, CardText>> {
  return cardTexts[useLanguage().language]
}
