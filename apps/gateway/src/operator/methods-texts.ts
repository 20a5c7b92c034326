import type { CardBrand, EntryMode } from '@holdfast/core'
import type { PageLanguage } from '../pages/page.ts'

export interface MethodsTexts {
  readonly title: string
  readonly how: string
  readonly account: string
  readonly all: string
  /** What is said where a place has no word of its own. */
  readonly inherited: string
  readonly own: string
  readonly change: string
  readonly brands: string
  readonly ways: string
  readonly save: string
  readonly takeBack: string
  readonly takeBackHow: string
  readonly saved: string
  readonly otherCards: string
  readonly modes: Record<EntryMode, string>
  readonly nothing: string
  readonly gone: string
}

/** As the schemes write them, in every language; cards of no known scheme have a text. */
export const BRAND_NAMES: Readonly<Record<Exclude<CardBrand, 'unknown'>, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  cartes_bancaires: 'CB',
  interac: 'Interac',
}

export const METHODS_TEXTS: Record<PageLanguage, MethodsTexts> = {
  en: {
    title: 'Cards that are taken',
    how: 'A device goes by its own word, else by its location’s, else by the account’s.',
    account: 'The whole account',
    all: 'All cards, in every way',
    inherited: 'as above',
    own: 'its own word',
    change: 'Change',
    brands: 'Brands',
    ways: 'How the card is presented',
    save: 'Save',
    takeBack: 'Take back',
    takeBackHow: 'Nothing is said here any more: what is said above applies.',
    saved: 'Saved. Devices hear of it at their next contact; the gateway keeps to it now.',
    otherCards: 'Other cards',
    modes: { contact: 'Inserted', contactless: 'Contactless', magnetic_stripe: 'Swiped', keyed: 'Typed in' },
    nothing: 'Choose at least one brand and one way. Nothing was changed.',
    gone: 'This place is not there any more.',
  },
  fr: {
    title: 'Cartes acceptées',
    how: 'Un appareil suit ce qui est dit pour lui, sinon pour son lieu, sinon pour le compte.',
    account: 'Tout le compte',
    all: 'Toutes les cartes, de toutes les façons',
    inherited: 'comme ci-dessus',
    own: 'dit pour lui-même',
    change: 'Modifier',
    brands: 'Marques',
    ways: 'Comment la carte est présentée',
    save: 'Enregistrer',
    takeBack: 'Reprendre',
    takeBackHow: 'Plus rien n’est dit ici : ce qui est dit plus haut s’applique.',
    saved:
      'Enregistré. Les appareils l’apprennent à leur prochain contact ; la passerelle s’y tient dès maintenant.',
    otherCards: 'Autres cartes',
    modes: {
      contact: 'Insérée',
      contactless: 'Sans contact',
      magnetic_stripe: 'Glissée',
      keyed: 'Numéro saisi',
    },
    nothing: 'Choisissez au moins une marque et une façon. Rien n’a changé.',
    gone: 'Ce lieu n’existe plus.',
  },
  es: {
    title: 'Tarjetas aceptadas',
    how: 'Un dispositivo sigue lo dicho para él, si no para su lugar, si no para la cuenta.',
    account: 'Toda la cuenta',
    all: 'Todas las tarjetas, de cualquier manera',
    inherited: 'como arriba',
    own: 'dicho para él',
    change: 'Cambiar',
    brands: 'Marcas',
    ways: 'Cómo se presenta la tarjeta',
    save: 'Guardar',
    takeBack: 'Retirar',
    takeBackHow: 'Aquí ya no se dice nada: vale lo dicho arriba.',
    saved: 'Guardado. Los dispositivos lo sabrán en su próximo contacto; la pasarela lo cumple desde ya.',
    otherCards: 'Otras tarjetas',
    modes: {
      contact: 'Insertada',
      contactless: 'Sin contacto',
      magnetic_stripe: 'Deslizada',
      keyed: 'Número tecleado',
    },
    nothing: 'Elija al menos una marca y una manera. Nada cambió.',
    gone: 'Este lugar ya no existe.',
  },
}
