import type { Notice, NoticeWord } from '../notices/notice.ts'
import type { Language } from './letter-texts.ts'

interface NoticeLetterTexts {
  readonly from: string
  readonly to: string
  readonly since: string
  readonly touches: string
  readonly selling: string
  readonly subjects: Readonly<Record<Notice['kind'], Readonly<Record<NoticeWord, string>>>>
}

export const NOTICE_LETTER_TEXTS: Readonly<Record<Language, NoticeLetterTexts>> = {
  en: {
    from: 'From',
    to: 'To',
    since: 'Since',
    touches: 'Touches',
    selling:
      'Your tills keep selling meanwhile, as far as their settings allow. What they store is sent afterwards by itself.',
    subjects: {
      maintenance: {
        planned: 'Planned maintenance of the payment service',
        started: 'Maintenance of the payment service has begun',
        updated: 'Planned maintenance of the payment service: news',
        ended: 'Maintenance of the payment service is over',
        withdrawn: 'Planned maintenance of the payment service does not take place',
      },
      incident: {
        planned: 'Incident at the payment service',
        started: 'Incident at the payment service',
        updated: 'Incident at the payment service: news',
        ended: 'Incident at the payment service: resolved',
        withdrawn: 'Incident at the payment service: withdrawn',
      },
    },
  },
  fr: {
    from: 'Du',
    to: 'Au',
    since: 'Depuis',
    touches: 'Concerne',
    selling:
      'Vos caisses continuent d’encaisser pendant ce temps, dans les limites de leurs réglages. Ce qu’elles enregistrent est envoyé ensuite tout seul.',
    subjects: {
      maintenance: {
        planned: 'Maintenance prévue du service de paiement',
        started: 'La maintenance du service de paiement a commencé',
        updated: 'Maintenance prévue du service de paiement : du nouveau',
        ended: 'La maintenance du service de paiement est terminée',
        withdrawn: 'La maintenance prévue du service de paiement n’aura pas lieu',
      },
      incident: {
        planned: 'Incident du service de paiement',
        started: 'Incident du service de paiement',
        updated: 'Incident du service de paiement : du nouveau',
        ended: 'Incident du service de paiement : résolu',
        withdrawn: 'Incident du service de paiement : retiré',
      },
    },
  },
  es: {
    from: 'Desde',
    to: 'Hasta',
    since: 'Desde',
    touches: 'Afecta a',
    selling:
      'Mientras tanto, sus cajas siguen cobrando según sus ajustes. Lo que guardan se envía después por sí solo.',
    subjects: {
      maintenance: {
        planned: 'Mantenimiento previsto del servicio de pago',
        started: 'El mantenimiento del servicio de pago ha comenzado',
        updated: 'Mantenimiento previsto del servicio de pago: novedades',
        ended: 'El mantenimiento del servicio de pago ha terminado',
        withdrawn: 'El mantenimiento previsto del servicio de pago no se hará',
      },
      incident: {
        planned: 'Incidencia en el servicio de pago',
        started: 'Incidencia en el servicio de pago',
        updated: 'Incidencia en el servicio de pago: novedades',
        ended: 'Incidencia en el servicio de pago: resuelta',
        withdrawn: 'Incidencia en el servicio de pago: retirada',
      },
    },
  },
}
