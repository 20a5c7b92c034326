import type { Notice } from '../notices/notice.ts'
import type { PageLanguage } from '../pages/page.ts'

interface NoticeTexts {
  readonly running: string
  readonly components: string
  readonly planned: string
  readonly plannedNone: string
  readonly past: string
  readonly pastNone: string
  readonly unreadable: string
  readonly old: (readAt: string) => string
  readonly kinds: Readonly<Record<Notice['kind'], string>>
  readonly states: Readonly<Record<Notice['state'], string>>
  readonly window: (from: string, to: string) => string
  readonly since: (from: string) => string
  readonly over: (at: string) => string
  readonly touches: (names: string) => string
  readonly selling: string
}

export const NOTICE_TEXTS: Readonly<Record<PageLanguage, NoticeTexts>> = {
  en: {
    running: 'Now',
    components: 'Components',
    planned: 'Planned',
    plannedNone: 'No maintenance is planned.',
    past: 'The last 90 days',
    pastNone: 'Nothing was announced.',
    unreadable: 'Notices cannot be read at the moment.',
    old: (readAt) => `Notices cannot be read at the moment. Shown as they were on ${readAt}.`,
    kinds: { maintenance: 'Maintenance', incident: 'Incident' },
    states: {
      planned: 'Planned',
      running: 'Under way',
      ended: 'Over',
      withdrawn: 'Withdrawn',
      investigating: 'Being looked into',
      monitoring: 'Being watched',
      resolved: 'Resolved',
    },
    window: (from, to) => `${from} to ${to}`,
    since: (from) => `since ${from}`,
    over: (at) => `over on ${at}`,
    touches: (names) => `Touches: ${names}`,
    selling: 'Tills keep selling meanwhile, as far as their settings allow.',
  },
  fr: {
    running: 'En ce moment',
    components: 'Composants',
    planned: 'Prévu',
    plannedNone: 'Aucune maintenance n’est prévue.',
    past: 'Les 90 derniers jours',
    pastNone: 'Rien n’a été annoncé.',
    unreadable: 'Les annonces ne peuvent pas être lues pour le moment.',
    old: (readAt) =>
      `Les annonces ne peuvent pas être lues pour le moment. Affichées telles que lues le ${readAt}.`,
    kinds: { maintenance: 'Maintenance', incident: 'Incident' },
    states: {
      planned: 'Prévue',
      running: 'En cours',
      ended: 'Terminée',
      withdrawn: 'Retirée',
      investigating: 'En cours d’analyse',
      monitoring: 'Sous surveillance',
      resolved: 'Résolu',
    },
    window: (from, to) => `du ${from} au ${to}`,
    since: (from) => `depuis le ${from}`,
    over: (at) => `fin le ${at}`,
    touches: (names) => `Concerne : ${names}`,
    selling: 'Les caisses continuent d’encaisser pendant ce temps, dans les limites de leurs réglages.',
  },
  es: {
    running: 'Ahora',
    components: 'Componentes',
    planned: 'Previsto',
    plannedNone: 'No hay ningún mantenimiento previsto.',
    past: 'Los últimos 90 días',
    pastNone: 'No se ha anunciado nada.',
    unreadable: 'Los avisos no se pueden leer en este momento.',
    old: (readAt) => `Los avisos no se pueden leer en este momento. Se muestran como estaban el ${readAt}.`,
    kinds: { maintenance: 'Mantenimiento', incident: 'Incidencia' },
    states: {
      planned: 'Previsto',
      running: 'En curso',
      ended: 'Terminado',
      withdrawn: 'Retirado',
      investigating: 'En estudio',
      monitoring: 'En observación',
      resolved: 'Resuelta',
    },
    window: (from, to) => `del ${from} al ${to}`,
    since: (from) => `desde el ${from}`,
    over: (at) => `fin el ${at}`,
    touches: (names) => `Afecta a: ${names}`,
    selling: 'Mientras tanto, las cajas siguen cobrando según sus ajustes.',
  },
}
