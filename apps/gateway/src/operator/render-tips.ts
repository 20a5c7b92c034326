import { escapeHtml, type PageLanguage } from '../pages/page.ts'
import { moneyText } from './money-text.ts'
import { dateText, type OperatorView } from './operator-view.ts'

/** Tips that no card is charged for, and nothing where there are none; the tills that wrote them in have heard the same. */
export function renderTips({ tipsAside, language }: Pick<OperatorView, 'tipsAside' | 'language'>): string {
  if (tipsAside.length === 0) return ''
  const text = TEXTS[language]
  const rows = tipsAside.map(
    ({ paymentId, tipMinor, currency, code, by, sinceMs }) =>
      `<li><div class="row-main"><strong>${moneyText(tipMinor, currency, language)}</strong><br>
<span class="soft small">${paymentId} · ${escapeHtml(by)} · ${text.since(dateText(sinceMs, language))}</span></div>
<span class="badge bad">${escapeHtml(text.why[code] ?? code)}</span></li>`,
  )
  return `<h2>${text.title}</h2>
<p class="soft">${text.how}</p>
<ul class="rows">${rows.join('\n')}</ul>`
}

interface TipTexts {
  readonly title: string
  readonly how: string
  readonly since: (at: string) => string
  /** What is not here is shown as its code. */
  readonly why: Readonly<Record<string, string>>
}

const TEXTS: Record<PageLanguage, TipTexts> = {
  en: {
    title: 'Tips that were not charged',
    how: 'These sales stand without their tip, and the till says so. What the bank refused can be sent again, or given up, by whoever runs the gateway; any other tip can only be taken as a new sale.',
    since: (at) => `written ${at}`,
    why: {
      tip_refused: 'The bank refused it',
      tip_above_tolerance: 'Above the contract',
      tip_after_batch: 'After the day’s close',
      tip_after_capture: 'Another amount was sent',
      tip_after_refund: 'Refunded or contested',
    },
  },
  fr: {
    title: 'Pourboires non débités',
    how: 'Ces ventes restent sans leur pourboire, et la caisse le dit. Ce que la banque a refusé peut être renvoyé ou abandonné par l’exploitant de la passerelle ; tout autre pourboire ne peut s’encaisser que comme une nouvelle vente.',
    since: (at) => `saisi ${at}`,
    why: {
      tip_refused: 'Refusé par la banque',
      tip_above_tolerance: 'Au-delà du contrat',
      tip_after_batch: 'Après la clôture',
      tip_after_capture: 'Autre montant déjà transmis',
      tip_after_refund: 'Remboursée ou contestée',
    },
  },
  es: {
    title: 'Propinas sin cobrar',
    how: 'Estas ventas quedan sin su propina, y la caja lo dice. Lo que el banco rechazó puede enviarlo de nuevo, o renunciar a ello, quien opera la pasarela; cualquier otra propina solo se cobra como una venta nueva.',
    since: (at) => `escrita ${at}`,
    why: {
      tip_refused: 'Rechazada por el banco',
      tip_above_tolerance: 'Por encima del contrato',
      tip_after_batch: 'Después del cierre',
      tip_after_capture: 'Ya se envió otro importe',
      tip_after_refund: 'Devuelta o reclamada',
    },
  },
}
