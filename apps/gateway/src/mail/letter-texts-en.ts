import type { LetterTexts } from './letter-texts.ts'

export const letterTextsEn: LetterTexts = {
  amount: 'Amount',
  date: 'Date',
  card: 'Card',
  place: 'Place',
  payment: 'Payment',
  letters: {
    receipt_stored: {
      subject: (shop) => `Your purchase at ${shop}`,
      body: 'Thank you for your purchase. The shop had no connection at the time, so your payment was recorded and will be sent to your bank. You will get a receipt once it is complete.',
    },
    receipt: {
      subject: (shop) => `Your receipt from ${shop}`,
      body: 'Thank you for your purchase. Your payment is complete.',
    },
    payment_declined: {
      subject: (amount) => `A stored payment was not approved: ${amount}`,
      body: 'A payment that was taken without a connection could not be completed: the bank did not approve it, or it came too late. The goods may be gone. Look at the payment to see what you can do.',
    },
    webhook_disabled: {
      subject: (shop) => `Webhooks of ${shop} are switched off`,
      body: 'The address below has not taken any event for days, or has said that it wants no more, so nothing is sent there any longer. Nothing is lost: repair it, switch it on again, and ask for what it has missed.',
    },
  },
}
