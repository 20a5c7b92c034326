import type { LetterTexts } from './letter-texts.ts'

export const letterTextsEs: LetterTexts = {
  amount: 'Importe',
  date: 'Fecha',
  card: 'Tarjeta',
  place: 'Lugar',
  payment: 'Pago',
  letters: {
    receipt_stored: {
      subject: (shop) => `Su compra en ${shop}`,
      body: 'Gracias por su compra. La tienda no tenía conexión en ese momento, así que su pago quedó registrado y se enviará a su banco. Recibirá un recibo cuando se complete.',
    },
    receipt: {
      subject: (shop) => `Su recibo de ${shop}`,
      body: 'Gracias por su compra. Su pago se ha completado.',
    },
    payment_declined: {
      subject: (amount) => `Un pago guardado no fue aprobado: ${amount}`,
      body: 'Un pago aceptado sin conexión no pudo completarse: el banco no lo aprobó o llegó demasiado tarde. Es posible que la mercancía ya se haya entregado. Consulte el pago para ver qué puede hacer.',
    },
    webhook_disabled: {
      subject: (shop) => `Los webhooks de ${shop} están desactivados`,
      body: 'La dirección de abajo no ha aceptado ningún evento desde hace días, o ha respondido que no quiere más, así que ya no se le envía nada. No se pierde nada: repárela, actívela de nuevo y pida lo que le falta.',
    },
  },
}
