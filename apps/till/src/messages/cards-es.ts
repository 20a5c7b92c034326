import type { CardName } from '@holdfast/reader'
import type { CardText } from './cards-en.ts'

export const cardsEs: Readonly<Record<CardName, CardText>> = {
  visa: { name: 'Visa', does: 'Chip y PIN; aprobada' },
  mastercard: { name: 'Mastercard', does: 'Chip y PIN; aprobada' },
  amex: { name: 'American Express', does: 'Chip y firma; aprobada' },
  cb_visa: { name: 'CB / Visa', does: 'Dos marcas en una tarjeta; aprobada' },
  interac: { name: 'Interac', does: 'Débito; aprobada' },
  contactless_visa: { name: 'Visa sin contacto', does: 'Acercada, sin PIN; aprobada' },
  declined_05: { name: 'Rechazo 05', does: 'El banco rechaza sin motivo' },
  declined_51: { name: 'Rechazo 51', does: 'Saldo insuficiente' },
  declined_late_51: { name: 'Rechazo tardío', does: 'Guardada sin conexión, rechazada al enviar' },
  offline_approving: { name: 'Acuerdo sin conexión', does: 'Dice que sí por sí misma' },
  prepaid: { name: 'Prepago', does: 'Tiene 50,00; el banco aprueba lo que queda' },
  stolen_43: { name: 'Robada 43', does: 'Denunciada como robada' },
  eea_contactless_pin: { name: 'Sin contacto con PIN', does: 'PIN para el banco; no se puede guardar' },
  expired: { name: 'Caducada', does: 'Pasada de fecha' },
  blocked: { name: 'Bloqueada', does: 'El chip está bloqueado' },
  pin_wrong: { name: 'PIN incorrecto', does: 'El cliente se equivoca' },
  removed: { name: 'Retirada', does: 'Sacada demasiado pronto' },
  magstripe: { name: 'Banda magnética', does: 'Deslizada, sin chip' },
  cda_broken: { name: 'Chip falsificado', does: 'No supera el control de autenticidad' },
}
