import type { PageLanguage } from '../pages/page.ts'

export interface OperatorTexts {
  readonly title: string
  readonly modes: Record<'test' | 'live', string>
  readonly signIn: string
  readonly signInHow: string
  readonly atRisk: string
  readonly payments: (count: number) => string
  readonly nothing: string
  readonly missing: string
  readonly missingUnit: (count: number) => string
  readonly waiting: string
  readonly policy: string
  readonly allowed: string
  readonly perPayment: (currency: string) => string
  readonly storedTotal: (currency: string) => string
  readonly storedCount: string
  readonly acceptHours: string
  readonly uploadHours: string
  readonly currency: string
  readonly show: string
  readonly by: string
  readonly save: string
  readonly saved: string
  readonly changed: (by: string, at: string) => string
  readonly liability: string
  readonly liabilityBy: (by: string, at: string, version: string) => string
  readonly accept: string
  readonly undecided: string
  readonly undecidedNone: string
  readonly declined: string
  readonly declinedNone: string
  readonly review: string
  readonly reviewNone: string
  readonly acts: string
  readonly actsNone: string
  readonly sold: (at: string) => string
  readonly records: (count: number) => string
  readonly errors: Record<Exclude<OperatorError, 'not_confirmed'>, string>
  readonly badges: { readonly undecided: string; readonly declined: string }
}

export type OperatorError =
  | 'not_accepted'
  | 'number_invalid'
  | 'name_missing'
  | 'other_page'
  | 'not_confirmed'
  | 'live_key_needed'
  | 'refused'

export const OPERATOR_TEXTS: Record<PageLanguage, OperatorTexts> = {
  en: {
    title: 'Offline payments',
    modes: { test: 'Test mode', live: 'Live mode' },
    signIn: 'Sign in',
    signInHow:
      'Reload this page and enter a secret key (sk_…) of your account as the user name, with no password.',
    atRisk: 'At risk now',
    payments: (count) => (count === 1 ? '1 payment' : `${count} payments`),
    nothing: 'Nothing',
    missing: 'Not delivered yet',
    missingUnit: (count) => (count === 1 ? '1 record' : `${count} records`),
    waiting: 'Waits for you',
    policy: 'What devices may do offline',
    allowed: 'Allow offline payments',
    perPayment: (currency) => `Largest payment, ${currency}`,
    storedTotal: (currency) => `Stored on one device, ${currency}`,
    storedCount: 'Payments stored on one device',
    acceptHours: 'Accept for so many hours offline',
    uploadHours: 'Deliver within so many hours',
    currency: 'Currency',
    show: 'Show',
    by: 'Your name',
    save: 'Save',
    saved: 'Saved. Devices hear of it at their next contact.',
    changed: (by, at) => `Last changed by ${by}, ${at}.`,
    liability:
      'Declined, late and disputed offline payments are the merchant’s loss, unless the card or the issuer’s voice approved them and the rules were kept.',
    liabilityBy: (by, at, version) => `Accepted by ${by}, ${at}, version ${version} of the text.`,
    accept: 'I accept this risk for the account.',
    undecided: 'Stored, not yet decided',
    undecidedNone: 'Nothing waits for an issuer.',
    declined: 'Declined after the sale',
    declinedNone: 'No offline payment was declined.',
    review: 'For a person to settle',
    reviewNone: 'Nothing waits for you.',
    acts: 'Done by hand',
    actsNone: 'Nobody has done anything by hand.',
    sold: (at) => `sold ${at}`,
    records: (count) => (count === 1 ? '1 record set apart' : `${count} records set apart`),
    errors: {
      not_accepted: 'Offline payments can be allowed only when somebody accepts the risk.',
      number_invalid: 'Enter numbers only, with at most the decimals of the currency. Nothing was changed.',
      name_missing: 'Enter your name: it is kept with the change. Nothing was changed.',
      other_page: 'This form was not sent from this page. Nothing was changed.',
      live_key_needed:
        'This counts for live sales too, so it needs a live key: sign in with one. Nothing was changed.',
      refused: 'The gateway refused the change. Nothing was changed.',
    },
    badges: { undecided: 'Undecided', declined: 'Declined' },
  },
  fr: {
    title: 'Paiements hors ligne',
    modes: { test: 'Mode test', live: 'Mode réel' },
    signIn: 'Connexion',
    signInHow:
      'Rechargez cette page et saisissez une clé secrète (sk_…) de votre compte comme nom d’utilisateur, sans mot de passe.',
    atRisk: 'À risque maintenant',
    payments: (count) => (count <= 1 ? `${count} paiement` : `${count} paiements`),
    nothing: 'Rien',
    missing: 'Pas encore transmis',
    missingUnit: (count) => (count <= 1 ? `${count} enregistrement` : `${count} enregistrements`),
    waiting: 'Vous attend',
    policy: 'Ce que les appareils peuvent faire hors ligne',
    allowed: 'Autoriser les paiements hors ligne',
    perPayment: (currency) => `Paiement maximal, ${currency}`,
    storedTotal: (currency) => `Conservé sur un appareil, ${currency}`,
    storedCount: 'Paiements conservés sur un appareil',
    acceptHours: 'Accepter pendant tant d’heures hors ligne',
    uploadHours: 'Transmettre en tant d’heures',
    currency: 'Devise',
    show: 'Afficher',
    by: 'Votre nom',
    save: 'Enregistrer',
    saved: 'Enregistré. Les appareils l’apprennent à leur prochain contact.',
    changed: (by, at) => `Dernière modification par ${by}, ${at}.`,
    liability:
      'Les paiements hors ligne refusés, tardifs ou contestés sont une perte du commerçant, sauf si la carte ou l’émetteur par téléphone les a approuvés selon les règles.',
    liabilityBy: (by, at, version) => `Accepté par ${by}, ${at}, version ${version} du texte.`,
    accept: 'J’accepte ce risque pour le compte.',
    undecided: 'Conservés, pas encore décidés',
    undecidedNone: 'Rien n’attend un émetteur.',
    declined: 'Refusés après la vente',
    declinedNone: 'Aucun paiement hors ligne n’a été refusé.',
    review: 'À régler par une personne',
    reviewNone: 'Rien ne vous attend.',
    acts: 'Fait à la main',
    actsNone: 'Personne n’a rien fait à la main.',
    sold: (at) => `vendu ${at}`,
    records: (count) =>
      count <= 1 ? `${count} enregistrement mis de côté` : `${count} enregistrements mis de côté`,
    errors: {
      not_accepted: 'Les paiements hors ligne ne peuvent être autorisés que si quelqu’un accepte le risque.',
      number_invalid:
        'Saisissez seulement des nombres, avec au plus les décimales de la devise. Rien n’a changé.',
      name_missing: 'Saisissez votre nom : il est gardé avec la modification. Rien n’a changé.',
      other_page: 'Ce formulaire ne vient pas de cette page. Rien n’a changé.',
      live_key_needed:
        'Cela vaut aussi pour les ventes réelles et demande une clé du mode réel : connectez-vous avec elle. Rien n’a changé.',
      refused: 'La passerelle a refusé la modification. Rien n’a changé.',
    },
    badges: { undecided: 'En attente', declined: 'Refusé' },
  },
  es: {
    title: 'Pagos sin conexión',
    modes: { test: 'Modo de prueba', live: 'Modo real' },
    signIn: 'Acceso',
    signInHow:
      'Recargue esta página e introduzca una clave secreta (sk_…) de su cuenta como nombre de usuario, sin contraseña.',
    atRisk: 'En riesgo ahora',
    payments: (count) => (count === 1 ? '1 pago' : `${count} pagos`),
    nothing: 'Nada',
    missing: 'Aún sin entregar',
    missingUnit: (count) => (count === 1 ? '1 registro' : `${count} registros`),
    waiting: 'Le espera',
    policy: 'Lo que los dispositivos pueden hacer sin conexión',
    allowed: 'Permitir pagos sin conexión',
    perPayment: (currency) => `Pago máximo, ${currency}`,
    storedTotal: (currency) => `Guardado en un dispositivo, ${currency}`,
    storedCount: 'Pagos guardados en un dispositivo',
    acceptHours: 'Aceptar durante tantas horas sin conexión',
    uploadHours: 'Entregar en tantas horas',
    currency: 'Moneda',
    show: 'Mostrar',
    by: 'Su nombre',
    save: 'Guardar',
    saved: 'Guardado. Los dispositivos lo sabrán en su próximo contacto.',
    changed: (by, at) => `Último cambio de ${by}, ${at}.`,
    liability:
      'Los pagos sin conexión rechazados, tardíos o disputados son una pérdida del comercio, salvo que la tarjeta o el emisor por teléfono los aprobara y se cumplieran las reglas.',
    liabilityBy: (by, at, version) => `Aceptado por ${by}, ${at}, versión ${version} del texto.`,
    accept: 'Acepto este riesgo para la cuenta.',
    undecided: 'Guardados, aún sin decidir',
    undecidedNone: 'Nada espera a un emisor.',
    declined: 'Rechazados después de la venta',
    declinedNone: 'Ningún pago sin conexión fue rechazado.',
    review: 'Para que lo resuelva una persona',
    reviewNone: 'Nada le espera.',
    acts: 'Hecho a mano',
    actsNone: 'Nadie ha hecho nada a mano.',
    sold: (at) => `vendido ${at}`,
    records: (count) => (count === 1 ? '1 registro apartado' : `${count} registros apartados`),
    errors: {
      not_accepted: 'Los pagos sin conexión solo se pueden permitir si alguien acepta el riesgo.',
      number_invalid:
        'Introduzca solo números, con los decimales de la moneda como máximo. No se cambió nada.',
      name_missing: 'Introduzca su nombre: se guarda con el cambio. No se cambió nada.',
      other_page: 'Este formulario no se envió desde esta página. No se cambió nada.',
      live_key_needed:
        'Esto vale también para ventas reales y necesita una clave del modo real: acceda con ella. No se cambió nada.',
      refused: 'La pasarela rechazó el cambio. No se cambió nada.',
    },
    badges: { undecided: 'Sin decidir', declined: 'Rechazado' },
  },
}
