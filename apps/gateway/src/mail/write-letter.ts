import { currencyExponent, isCurrency } from '@holdfast/core'
import { letterTextsEn } from './letter-texts-en.ts'
import { letterTextsEs } from './letter-texts-es.ts'
import { letterTextsFr } from './letter-texts-fr.ts'
import type { Language, Letter, LetterFacts, LetterTexts, PaymentLetterFacts } from './letter-texts.ts'
import { type NoticeLetterFacts, writeNoticeLetter } from './notice-letter.ts'

const TEXTS: Readonly<Record<Language, LetterTexts>> = {
  en: letterTextsEn,
  fr: letterTextsFr,
  es: letterTextsEs,
}

/** While a payment is only stored the words say nothing of its success; only a captured one is "paid". */
export function writeLetter(facts: LetterFacts | NoticeLetterFacts, language: Language): Letter {
  if (facts.kind === 'notice') return writeNoticeLetter(facts, language)
  const texts = TEXTS[language]
  const { subject, body } = texts.letters[facts.kind]
  if (facts.kind === 'webhook_disabled') {
    return { subject: subject(facts.shop), text: `${body}\n\n${facts.url}\n` }
  }
  const amount = amountIn(language, facts)
  const lines = [
    `${texts.amount}: ${amount}`,
    `${texts.date}: ${dateIn(language, facts)}`,
    ...(facts.card === null ? [] : [`${texts.card}: ${facts.card}`]),
    `${texts.place}: ${facts.shop}, ${facts.location}`,
    `${texts.payment}: ${facts.payment}`,
  ]
  const what = facts.kind === 'payment_declined' ? amount : facts.shop
  return { subject: subject(what), text: `${body}\n\n${lines.join('\n')}\n` }
}

function amountIn(language: Language, { amountMinor, currency }: PaymentLetterFacts): string {
  const exponent = isCurrency(currency) ? currencyExponent(currency) : 0
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: currency.toUpperCase() })
  return format.format(amountMinor / 10 ** exponent)
}

/** At the place of sale, whatever the server's zone. */
function dateIn(language: Language, { soldMs, utcOffsetMin }: PaymentLetterFacts): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return format.format(soldMs + utcOffsetMin * 60_000)
}
