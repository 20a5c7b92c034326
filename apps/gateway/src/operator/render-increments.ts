import type { PageLanguage } from '../pages/page.ts'
import { moneyText } from './money-text.ts'
import { dateText, type OperatorView } from './operator-view.ts'

/** What holds captures up, and nothing where nothing does. A person has nothing to do here: the gateway asks again by itself. */
export function renderIncrements({
  stuckIncrements,
  language,
}: Pick<OperatorView, 'stuckIncrements' | 'language'>): string {
  if (stuckIncrements.length === 0) return ''
  const text = TEXTS[language]
  const rows = stuckIncrements.map(
    ({ paymentId, incrementId, fromMinor, amountMinor, currency, createdMs, increment }) =>
      `<li><div class="row-main"><strong>${moneyText(amountMinor, currency, language)}</strong>
<span class="soft">${text.on(moneyText(fromMinor, currency, language))}</span><br>
<span class="soft small">${paymentId} · ${incrementId} · ${text.asked(dateText(createdMs, language))}</span></div>
<span class="badge wait">${increment.state === 'reversing' ? text.takenBack : text.unanswered}</span></li>`,
  )
  return `<h2>${text.title}</h2>
<p class="soft">${text.how}</p>
<ul class="rows">${rows.join('\n')}</ul>`
}

interface IncrementTexts {
  readonly title: string
  readonly how: string
  readonly on: (held: string) => string
  readonly asked: (at: string) => string
  readonly unanswered: string
  readonly takenBack: string
}

const TEXTS: Record<PageLanguage, IncrementTexts> = {
  en: {
    title: 'More asked for, without an answer',
    how: 'While there is no answer the payment cannot be captured. The gateway asks again, or takes it back, when the acquirer can be reached; whoever runs it can give it up before.',
    on: (held) => `on ${held}`,
    asked: (at) => `asked ${at}`,
    unanswered: 'No answer',
    takenBack: 'Being taken back',
  },
  fr: {
    title: 'Supplément demandé, sans réponse',
    how: 'Tant qu’il n’y a pas de réponse, le paiement ne peut pas être capturé. La passerelle redemande ou annule la demande dès que l’acquéreur est joignable ; son exploitant peut y renoncer avant.',
    on: (held) => `en plus de ${held}`,
    asked: (at) => `demandé ${at}`,
    unanswered: 'Sans réponse',
    takenBack: 'En cours d’annulation',
  },
  es: {
    title: 'Aumento pedido, sin respuesta',
    how: 'Mientras no haya respuesta, el pago no se puede capturar. La pasarela vuelve a preguntar, o lo anula, cuando se alcance al adquirente; quien la opera puede renunciar antes.',
    on: (held) => `sobre ${held}`,
    asked: (at) => `pedido ${at}`,
    unanswered: 'Sin respuesta',
    takenBack: 'Anulándose',
  },
}
