import type { CardName } from '@holdfast/reader'
import type { CardText } from './cards-en.ts'

export const cardsFr: Readonly<Record<CardName, CardText>> = {
  visa: { name: 'Visa', does: 'Puce et code ; approuvée' },
  mastercard: { name: 'Mastercard', does: 'Puce et code ; approuvée' },
  amex: { name: 'American Express', does: 'Puce et signature ; approuvée' },
  cb_visa: { name: 'CB / Visa', does: 'Deux marques sur une carte ; approuvée' },
  interac: { name: 'Interac', does: 'Débit ; approuvée' },
  contactless_visa: { name: 'Visa sans contact', does: 'Approchée, sans code ; approuvée' },
  declined_05: { name: 'Refus 05', does: 'La banque refuse sans motif' },
  declined_51: { name: 'Refus 51', does: 'Provision insuffisante' },
  declined_late_51: { name: 'Refus tardif', does: 'Enregistrée hors ligne, refusée à l’envoi' },
  offline_approving: { name: 'Accord hors ligne', does: 'Dit oui d’elle-même sans connexion' },
  prepaid: { name: 'Prépayée', does: 'Contient 50,00 ; la banque approuve ce qui reste' },
  stolen_43: { name: 'Volée 43', does: 'Signalée volée' },
  eea_contactless_pin: { name: 'Sans contact avec code', does: 'Code pour la banque ; pas d’enregistrement' },
  expired: { name: 'Expirée', does: 'Date dépassée' },
  blocked: { name: 'Bloquée', does: 'La puce est bloquée' },
  pin_wrong: { name: 'Code faux', does: 'Le client se trompe' },
  removed: { name: 'Retirée', does: 'Retirée trop tôt' },
  magstripe: { name: 'Piste magnétique', does: 'Glissée, sans puce' },
  cda_broken: { name: 'Puce falsifiée', does: 'Échoue au contrôle d’authenticité' },
}
