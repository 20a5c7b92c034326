/** Everything that the gateway tells the world, in Stripe's words where Stripe has one. */
const eventTypes = [
  'payment_intent.created',
  'payment_intent.processing',
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.pending',
  'charge.succeeded',
  'charge.failed',
  'charge.captured',
  'charge.updated',
  'charge.refunded',
  'charge.expired',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'payout.created',
  'payout.updated',
  'payout.paid',
  'payout.failed',
  'payout.canceled',
  'payout.reconciliation_completed',
  'balance.available',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'setup_intent.created',
  'setup_intent.succeeded',
  'setup_intent.setup_failed',
  'setup_intent.canceled',
  'terminal.reader.action_succeeded',
  'terminal.reader.action_failed',
  'terminal.reader.action_updated',
  // Only here: Stripe does not tell its server side that a payment was stored, or that a device is away.
  'offline_payment.stored',
  'offline_payment.received',
  'offline_payment.authorised',
  'offline_payment.declined',
  'offline_payment.expired',
  'offline_payment.review',
  'device.enrolled',
  'device.online',
  'device.offline',
  'device.queue_drained',
  'device.revoked',
  'payment_intent.capture_late',
  'charge.presentment_late',
  'refund.presentment_late',
  // An order of an online channel, from whoever made it to the till that took the money.
  'order.created',
  'order.paid',
  'order.paid_twice',
  'order.reopened',
  'order.canceled',
  'batch.closed',
  'batch.attention',
  // Of the gateway as a whole, from its operator.
  'notice.planned',
  'notice.started',
  'notice.updated',
  'notice.ended',
  'notice.withdrawn',
] as const

export type EventType = (typeof eventTypes)[number]

/** What an event can be about; the dialect has a renderer for each, and shows kind and id where it has none yet. */
export type EventObject =
  | 'payment_intent'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'payout'
  | 'balance'
  | 'customer'
  | 'setup_intent'
  | 'terminal.reader'
  | 'device'
  | 'batch'
  | 'order'
  | 'notice'

export function isEventType(text: string): text is EventType {
  return eventTypes.some((type) => type === text)
}
