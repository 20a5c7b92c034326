import type { PageLanguage } from '../pages/page.ts'

/** The words of the pages on which a person decides: the review and the closing of batches. */
export interface DecisionTexts {
  readonly back: string
  readonly decide: string
  readonly by: string
  readonly note: string
  readonly noteShown: string
  readonly sure: string
  readonly release: string
  readonly releaseHow: string
  readonly reject: string
  readonly rejectHow: string
  readonly resolve: string
  readonly resolveHow: string
  readonly foundNothing: string
  readonly foundNothingHow: string
  readonly foundApproval: string
  readonly fields: Record<
    'stan' | 'rrn' | 'transmitted' | 'saleTime' | 'responseCode' | 'approvalCode',
    string
  >
  readonly gone: string
  readonly decided: (who: string, decision: string, at: string) => string
  readonly decisions: Record<'released' | 'rejected' | 'resolved', string>
  readonly done: Record<DecisionDone, string>
  readonly errors: Record<DecisionError, string>
  /** Of a code that has no words below. */
  readonly refused: string
  readonly refusals: Readonly<Record<string, string>>
  readonly batches: string
  readonly batchesNone: string
  readonly batch: (number: string, terminalId: string) => string
  readonly sales: (count: number) => string
  readonly refunds: (count: number) => string
  readonly cutOff: (at: string) => string
  readonly close: string
  readonly closeHow: string
  readonly uncaptured: (count: number) => string
  readonly overMissingTips: string
  readonly kinds: Record<'sale' | 'refund', string>
  /** Why something waits, in words; what is not here is shown as its code. */
  readonly why: Readonly<Record<string, string>>
}

export type DecisionError = 'other_page' | 'not_sure' | 'name_missing' | 'note_missing' | 'fields_invalid'
export type DecisionDone = 'released' | 'rejected' | 'resolved' | 'closed'

export const DECISION_TEXTS: Record<PageLanguage, DecisionTexts> = {
  en: {
    back: 'Back',
    decide: 'Decide',
    by: 'Your name',
    note: 'Why',
    noteShown: 'The till shows it.',
    sure: 'I am sure: this is for ever.',
    release: 'Release',
    releaseHow: 'It is genuine and goes on: its bank is asked. Compare it with the shop’s receipts first.',
    reject: 'Reject',
    rejectHow: 'It is closed as not paid. The money has to be got in another way.',
    resolve: 'What the acquirer’s books say',
    resolveHow:
      'Look there by terminal, amount and day. Nobody here knows whether this payment was approved.',
    foundNothing: 'Nothing stands there: ask again',
    foundNothingHow: 'If an approval stands there after all, the customer pays twice.',
    foundApproval: 'An approval stands there: take it',
    fields: {
      stan: 'STAN (6 digits)',
      rrn: 'Retrieval reference (12 characters)',
      transmitted: 'Transmitted (UTC)',
      saleTime: 'Time of sale at the shop',
      responseCode: 'Response code',
      approvalCode: 'Approval code',
    },
    gone: 'Nothing of this waits any more.',
    decided: (who, decision, at) => `${who} said so, ${at}: ${decision}.`,
    decisions: { released: 'released', rejected: 'rejected', resolved: 'settled by the books' },
    done: {
      released: 'Released. It goes on as any other.',
      rejected: 'Rejected. Its till shows the reason.',
      resolved: 'Written down. The payment goes on.',
      closed: 'The batch is closing.',
    },
    errors: {
      other_page: 'This form was not sent from this page. Nothing was changed.',
      not_sure: 'Tick the box to say that you are sure. Nothing was changed.',
      name_missing: 'Enter your name: it is kept with the decision. Nothing was changed.',
      note_missing: 'Say why: the till shows it. Nothing was changed.',
      fields_invalid: 'The figures of the acquirer’s books are not complete. Nothing was changed.',
    },
    refused: 'The gateway refused this. Nothing was changed.',
    refusals: {
      review_decided_otherwise: 'Somebody has decided otherwise meanwhile, and that is for ever.',
      review_moved: 'It has moved meanwhile. Look at it again.',
      review_nothing_waits: 'Nothing of this waits any more.',
      duplicate_suspected:
        'An approval of the other card stands or may stand. Refund or void that first, or reject this one.',
      review_does_not_fit: 'This does not fit the payment. Look at times and codes again.',
      batch_tips_missing: 'Sales wait for their tip or capture. Capture them first, or tick the box.',
    },
    batches: 'Open batches',
    batchesNone: 'No batch is open.',
    batch: (number, terminalId) => `Batch ${number}, terminal ${terminalId}`,
    sales: (count) => (count === 1 ? '1 sale' : `${count} sales`),
    refunds: (count) => (count === 1 ? '1 refund' : `${count} refunds`),
    cutOff: (at) => `closes by itself ${at}`,
    close: 'Close now',
    closeHow: 'What is sold from now on goes into the next batch.',
    uncaptured: (count) =>
      count === 1 ? '1 sale waits for its tip or capture.' : `${count} sales wait for their tip or capture.`,
    overMissingTips: 'Close all the same; they go into the next batch.',
    kinds: { sale: 'Sale', refund: 'Refund' },
    why: {
      record_fork: 'Copied or restored device',
      duplicate_suspected: 'Accepted with two cards',
      device_revoked: 'Device revoked',
      deferred_too_old: 'Too old to be asked about',
      retries_used_up: 'Never decided',
      outcome_lost: 'Outcome lost by a restore',
      advice_refused: 'Acquirer does not take it',
      card_block_unreadable: 'Card cannot be read',
      card_block_gone: 'Card no longer kept',
    },
  },
  fr: {
    back: 'Retour',
    decide: 'Décider',
    by: 'Votre nom',
    note: 'Pourquoi',
    noteShown: 'La caisse l’affiche.',
    sure: 'J’en suis sûr : c’est définitif.',
    release: 'Libérer',
    releaseHow:
      'Il est authentique et suit son cours : sa banque est interrogée. Comparez d’abord avec les tickets du magasin.',
    reject: 'Rejeter',
    rejectHow: 'Il est clos comme non payé. L’argent doit être obtenu autrement.',
    resolve: 'Ce que disent les livres de l’acquéreur',
    resolveHow:
      'Cherchez-y par terminal, montant et jour. Personne ici ne sait si ce paiement a été approuvé.',
    foundNothing: 'Rien n’y figure : redemander',
    foundNothingHow: 'Si une approbation y figure malgré tout, le client paie deux fois.',
    foundApproval: 'Une approbation y figure : la reprendre',
    fields: {
      stan: 'STAN (6 chiffres)',
      rrn: 'Référence de recherche (12 caractères)',
      transmitted: 'Transmis (UTC)',
      saleTime: 'Heure de la vente au magasin',
      responseCode: 'Code réponse',
      approvalCode: 'Code d’autorisation',
    },
    gone: 'Plus rien de ceci n’attend.',
    decided: (who, decision, at) => `${who} l’a dit, ${at} : ${decision}.`,
    decisions: { released: 'libéré', rejected: 'rejeté', resolved: 'réglé d’après les livres' },
    done: {
      released: 'Libéré. Il suit son cours comme tout autre.',
      rejected: 'Rejeté. Sa caisse affiche la raison.',
      resolved: 'C’est noté. Le paiement suit son cours.',
      closed: 'La remise se ferme.',
    },
    errors: {
      other_page: 'Ce formulaire ne vient pas de cette page. Rien n’a changé.',
      not_sure: 'Cochez la case pour dire que vous êtes sûr. Rien n’a changé.',
      name_missing: 'Saisissez votre nom : il est gardé avec la décision. Rien n’a changé.',
      note_missing: 'Dites pourquoi : la caisse l’affiche. Rien n’a changé.',
      fields_invalid: 'Les données des livres de l’acquéreur sont incomplètes. Rien n’a changé.',
    },
    refused: 'La passerelle a refusé. Rien n’a changé.',
    refusals: {
      review_decided_otherwise: 'Quelqu’un a décidé autrement entre-temps, et c’est définitif.',
      review_moved: 'Cela a bougé entre-temps. Regardez encore.',
      review_nothing_waits: 'Plus rien de ceci n’attend.',
      duplicate_suspected:
        'Une approbation de l’autre carte existe ou peut exister. Remboursez-la ou annulez-la d’abord, ou rejetez celle-ci.',
      review_does_not_fit: 'Cela ne correspond pas au paiement. Revoyez heures et codes.',
      batch_tips_missing:
        'Des ventes attendent leur pourboire ou leur capture. Capturez-les d’abord, ou cochez la case.',
    },
    batches: 'Remises ouvertes',
    batchesNone: 'Aucune remise n’est ouverte.',
    batch: (number, terminalId) => `Remise ${number}, terminal ${terminalId}`,
    sales: (count) => (count <= 1 ? `${count} vente` : `${count} ventes`),
    refunds: (count) => (count <= 1 ? `${count} remboursement` : `${count} remboursements`),
    cutOff: (at) => `se ferme d’elle-même ${at}`,
    close: 'Fermer maintenant',
    closeHow: 'Ce qui est vendu désormais va dans la remise suivante.',
    uncaptured: (count) =>
      count <= 1
        ? `${count} vente attend son pourboire ou sa capture.`
        : `${count} ventes attendent leur pourboire ou leur capture.`,
    overMissingTips: 'Fermer quand même ; elles vont dans la remise suivante.',
    kinds: { sale: 'Vente', refund: 'Remboursement' },
    why: {
      record_fork: 'Appareil copié ou restauré',
      duplicate_suspected: 'Accepté avec deux cartes',
      device_revoked: 'Appareil révoqué',
      deferred_too_old: 'Trop ancien pour être demandé',
      retries_used_up: 'Jamais décidé',
      outcome_lost: 'Issue perdue par une restauration',
      advice_refused: 'L’acquéreur ne le prend pas',
      card_block_unreadable: 'Carte illisible',
      card_block_gone: 'Carte plus conservée',
    },
  },
  es: {
    back: 'Volver',
    decide: 'Decidir',
    by: 'Su nombre',
    note: 'Por qué',
    noteShown: 'La caja lo muestra.',
    sure: 'Estoy seguro: es definitivo.',
    release: 'Liberar',
    releaseHow:
      'Es auténtico y sigue su curso: se pregunta a su banco. Compárelo antes con los recibos de la tienda.',
    reject: 'Rechazar',
    rejectHow: 'Se cierra como no pagado. El dinero hay que obtenerlo de otra manera.',
    resolve: 'Lo que dicen los libros del adquirente',
    resolveHow: 'Búsquelo allí por terminal, importe y día. Nadie aquí sabe si este pago fue aprobado.',
    foundNothing: 'Allí no consta nada: preguntar de nuevo',
    foundNothingHow: 'Si aun así consta una aprobación, el cliente paga dos veces.',
    foundApproval: 'Allí consta una aprobación: tomarla',
    fields: {
      stan: 'STAN (6 cifras)',
      rrn: 'Referencia de recuperación (12 caracteres)',
      transmitted: 'Transmitido (UTC)',
      saleTime: 'Hora de la venta en la tienda',
      responseCode: 'Código de respuesta',
      approvalCode: 'Código de autorización',
    },
    gone: 'Nada de esto espera ya.',
    decided: (who, decision, at) => `${who} lo dijo, ${at}: ${decision}.`,
    decisions: { released: 'liberado', rejected: 'rechazado', resolved: 'resuelto por los libros' },
    done: {
      released: 'Liberado. Sigue su curso como cualquier otro.',
      rejected: 'Rechazado. Su caja muestra el motivo.',
      resolved: 'Anotado. El pago sigue su curso.',
      closed: 'La remesa se está cerrando.',
    },
    errors: {
      other_page: 'Este formulario no se envió desde esta página. Nada cambió.',
      not_sure: 'Marque la casilla para decir que está seguro. Nada cambió.',
      name_missing: 'Introduzca su nombre: se guarda con la decisión. Nada cambió.',
      note_missing: 'Diga por qué: la caja lo muestra. Nada cambió.',
      fields_invalid: 'Los datos de los libros del adquirente no están completos. Nada cambió.',
    },
    refused: 'La pasarela lo rechazó. Nada cambió.',
    refusals: {
      review_decided_otherwise: 'Alguien ha decidido otra cosa entretanto, y es definitivo.',
      review_moved: 'Ha cambiado entretanto. Mírelo otra vez.',
      review_nothing_waits: 'Nada de esto espera ya.',
      duplicate_suspected:
        'Consta o puede constar una aprobación de la otra tarjeta. Devuélvala o anúlela antes, o rechace esta.',
      review_does_not_fit: 'Esto no corresponde al pago. Revise horas y códigos.',
      batch_tips_missing:
        'Hay ventas que esperan su propina o captura. Captúrelas antes, o marque la casilla.',
    },
    batches: 'Remesas abiertas',
    batchesNone: 'No hay ninguna remesa abierta.',
    batch: (number, terminalId) => `Remesa ${number}, terminal ${terminalId}`,
    sales: (count) => (count === 1 ? '1 venta' : `${count} ventas`),
    refunds: (count) => (count === 1 ? '1 devolución' : `${count} devoluciones`),
    cutOff: (at) => `se cierra sola ${at}`,
    close: 'Cerrar ahora',
    closeHow: 'Lo que se venda desde ahora va a la remesa siguiente.',
    uncaptured: (count) =>
      count === 1 ? '1 venta espera su propina o captura.' : `${count} ventas esperan su propina o captura.`,
    overMissingTips: 'Cerrar de todos modos; van a la remesa siguiente.',
    kinds: { sale: 'Venta', refund: 'Devolución' },
    why: {
      record_fork: 'Dispositivo copiado o restaurado',
      duplicate_suspected: 'Aceptado con dos tarjetas',
      device_revoked: 'Dispositivo revocado',
      deferred_too_old: 'Demasiado antiguo para preguntar',
      retries_used_up: 'Nunca decidido',
      outcome_lost: 'Resultado perdido por una restauración',
      advice_refused: 'El adquirente no lo acepta',
      card_block_unreadable: 'Tarjeta ilegible',
      card_block_gone: 'Tarjeta ya no guardada',
    },
  },
}
