import type { ErrorCode } from '@holdfast/protocol'
import type { PageLanguage } from '../pages/page.ts'

interface DayTexts {
  readonly title: string
  readonly running: (number: number) => string
  readonly closed: (number: number) => string
  readonly period: (from: string, until: string) => string
  readonly closedBy: (by: string, at: string) => string
  readonly nothing: string
  readonly sales: string
  readonly tips: string
  readonly refunds: string
  readonly net: string
  readonly held: string
  readonly pending: string
  readonly refundsPending: string
  readonly declined: string
  readonly pendingHow: string
  readonly devices: string
  readonly adjustments: string
  readonly adjustmentsHow: string
  readonly late: string
  readonly was: (number: number) => string
  readonly adjusted: string
  readonly states: Record<'paid' | 'held' | 'pending' | 'declined' | 'canceled', string>
  readonly behind: (name: string, missing: number) => string
  readonly silent: (name: string, since: string) => string
  readonly behindHow: string
  readonly close: (number: number) => string
  readonly closeHow: string
  readonly by: string
  readonly sure: string
  readonly earlier: string
  readonly earlierNone: string
  readonly back: string
  readonly refusals: Partial<Record<ErrorCode, string>>
  readonly refused: string
  readonly notSure: string
}

export const DAY_TEXTS: Record<PageLanguage, DayTexts> = {
  en: {
    title: 'Day close',
    running: (number) => `The day until now (X), before close ${number}`,
    closed: (number) => `Close ${number} (Z)`,
    period: (from, until) => `Sold from ${from} to ${until}`,
    closedBy: (by, at) => `Closed by ${by}, ${at}`,
    nothing: 'Nothing was sold.',
    sales: 'Sales',
    tips: 'of which tips',
    refunds: 'Refunds',
    net: 'Net',
    held: 'Approved, not captured',
    pending: 'Stored, no bank has decided',
    refundsPending: 'Refunds on their way',
    declined: 'Stored, then declined',
    pendingHow: 'Not in the sales. What becomes of it is in a later close.',
    devices: 'By till',
    adjustments: 'Known since, of earlier days',
    adjustmentsHow: 'Each names the close that had it otherwise.',
    late: 'arrived after its day was closed',
    was: (number) => `in close ${number}`,
    adjusted: 'Changes earlier closes by',
    states: {
      paid: 'paid',
      held: 'approved',
      pending: 'no bank has decided',
      declined: 'declined',
      canceled: 'canceled',
    },
    behind: (name, missing) =>
      `${name}: ${missing === 1 ? '1 record has' : `${missing} records have`} not arrived.`,
    silent: (name, since) => `${name}: not in contact since ${since}.`,
    behindHow: 'You can close all the same: what arrives later is in the next close.',
    close: (number) => `Close the day (${number})`,
    closeHow: 'Freezes these figures for ever, under their number. It closes no batch and moves no money.',
    by: 'Your name',
    sure: 'Yes, the day is over',
    earlier: 'Earlier closes',
    earlierNone: 'No day was closed here yet. The first one begins at the last cut-off.',
    back: 'Back to the overview',
    refusals: {
      day_close_other_number: 'Somebody has closed this day meanwhile. These are the figures since.',
      day_closed_later: 'The day was closed a moment ago. Nothing was closed again.',
    },
    refused: 'That did not work. Nothing was closed.',
    notSure: 'Give your name and tick the box. Nothing was closed.',
  },
  fr: {
    title: 'Clôture de la journée',
    running: (number) => `La journée jusqu’ici (X), avant la clôture ${number}`,
    closed: (number) => `Clôture ${number} (Z)`,
    period: (from, until) => `Vendu du ${from} au ${until}`,
    closedBy: (by, at) => `Clôturé par ${by}, ${at}`,
    nothing: 'Rien n’a été vendu.',
    sales: 'Ventes',
    tips: 'dont pourboires',
    refunds: 'Remboursements',
    net: 'Net',
    held: 'Autorisé, non capturé',
    pending: 'Stocké, aucune banque n’a décidé',
    refundsPending: 'Remboursements en cours',
    declined: 'Stocké, puis refusé',
    pendingHow: 'Pas dans les ventes. La suite est dans une clôture ultérieure.',
    devices: 'Par caisse',
    adjustments: 'Connu depuis, sur des journées passées',
    adjustmentsHow: 'Chaque ligne nomme la clôture qui disait autre chose.',
    late: 'arrivé après la clôture de sa journée',
    was: (number) => `dans la clôture ${number}`,
    adjusted: 'Change les clôtures passées de',
    states: {
      paid: 'payé',
      held: 'autorisé',
      pending: 'aucune banque n’a décidé',
      declined: 'refusé',
      canceled: 'annulé',
    },
    behind: (name, missing) =>
      `${name} : ${missing <= 1 ? '1 enregistrement n’est pas arrivé' : `${missing} enregistrements ne sont pas arrivés`}.`,
    silent: (name, since) => `${name} : sans contact depuis ${since}.`,
    behindHow: 'Vous pouvez clôturer quand même : ce qui arrive plus tard est dans la clôture suivante.',
    close: (number) => `Clôturer la journée (${number})`,
    closeHow:
      'Fige ces chiffres pour toujours, sous leur numéro. Aucune remise n’est fermée, aucun argent ne bouge.',
    by: 'Votre nom',
    sure: 'Oui, la journée est finie',
    earlier: 'Clôtures passées',
    earlierNone:
      'Aucune journée n’a encore été clôturée ici. La première commence à la dernière heure d’arrêté.',
    back: 'Retour à la vue d’ensemble',
    refusals: {
      day_close_other_number: 'Quelqu’un a clôturé cette journée entre-temps. Voici les chiffres depuis.',
      day_closed_later: 'La journée vient d’être clôturée. Rien n’a été clôturé de nouveau.',
    },
    refused: 'Cela n’a pas marché. Rien n’a été clôturé.',
    notSure: 'Donnez votre nom et cochez la case. Rien n’a été clôturé.',
  },
  es: {
    title: 'Cierre del día',
    running: (number) => `El día hasta ahora (X), antes del cierre ${number}`,
    closed: (number) => `Cierre ${number} (Z)`,
    period: (from, until) => `Vendido del ${from} al ${until}`,
    closedBy: (by, at) => `Cerrado por ${by}, ${at}`,
    nothing: 'No se vendió nada.',
    sales: 'Ventas',
    tips: 'de ello propinas',
    refunds: 'Devoluciones',
    net: 'Neto',
    held: 'Autorizado, sin capturar',
    pending: 'Guardado, ningún banco ha decidido',
    refundsPending: 'Devoluciones en camino',
    declined: 'Guardado, luego rechazado',
    pendingHow: 'No está en las ventas. Lo que pase con ello está en un cierre posterior.',
    devices: 'Por caja',
    adjustments: 'Sabido después, de días anteriores',
    adjustmentsHow: 'Cada línea nombra el cierre que decía otra cosa.',
    late: 'llegó después del cierre de su día',
    was: (number) => `en el cierre ${number}`,
    adjusted: 'Cambia los cierres anteriores en',
    states: {
      paid: 'pagado',
      held: 'autorizado',
      pending: 'ningún banco ha decidido',
      declined: 'rechazado',
      canceled: 'anulado',
    },
    behind: (name, missing) =>
      `${name}: ${missing === 1 ? '1 registro no ha llegado' : `${missing} registros no han llegado`}.`,
    silent: (name, since) => `${name}: sin contacto desde ${since}.`,
    behindHow: 'Puede cerrar de todos modos: lo que llegue después está en el cierre siguiente.',
    close: (number) => `Cerrar el día (${number})`,
    closeHow: 'Fija estas cifras para siempre, bajo su número. No cierra ninguna remesa ni mueve dinero.',
    by: 'Su nombre',
    sure: 'Sí, el día ha terminado',
    earlier: 'Cierres anteriores',
    earlierNone: 'Aquí aún no se ha cerrado ningún día. El primero empieza en la última hora de corte.',
    back: 'Volver al resumen',
    refusals: {
      day_close_other_number:
        'Alguien ha cerrado este día mientras tanto. Estas son las cifras desde entonces.',
      day_closed_later: 'El día se acaba de cerrar. No se cerró nada otra vez.',
    },
    refused: 'No funcionó. No se cerró nada.',
    notSure: 'Escriba su nombre y marque la casilla. No se cerró nada.',
  },
}
