import type { LetterTexts } from './letter-texts.ts'

export const letterTextsFr: LetterTexts = {
  amount: 'Montant',
  date: 'Date',
  card: 'Carte',
  place: 'Lieu',
  payment: 'Paiement',
  letters: {
    receipt_stored: {
      subject: (shop) => `Votre achat chez ${shop}`,
      body: 'Merci de votre achat. Le magasin n’avait pas de connexion à ce moment-là : votre paiement a été enregistré et sera transmis à votre banque. Vous recevrez un reçu dès qu’il sera terminé.',
    },
    receipt: {
      subject: (shop) => `Votre reçu de ${shop}`,
      body: 'Merci de votre achat. Votre paiement est terminé.',
    },
    payment_declined: {
      subject: (amount) => `Un paiement enregistré n’a pas été accepté : ${amount}`,
      body: 'Un paiement pris sans connexion n’a pas pu aboutir : la banque ne l’a pas accepté, ou il est arrivé trop tard. La marchandise est peut-être déjà partie. Consultez le paiement pour voir ce que vous pouvez faire.',
    },
    webhook_disabled: {
      subject: (shop) => `Les webhooks de ${shop} sont désactivés`,
      body: 'L’adresse ci-dessous n’a accepté aucun événement depuis des jours, ou a répondu qu’elle n’en voulait plus ; plus rien n’y est envoyé. Rien n’est perdu : réparez-la, réactivez-la, puis demandez ce qu’elle a manqué.',
    },
  },
}
