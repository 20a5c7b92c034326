import { type ErrorEntry, refusal } from './error-entry.ts'

/** What the people of an account decide and arrange: the review, orders from online channels, batches. */
export const accountErrors = {
  // Review: what a person says of what waits.
  review_nothing_waits: refusal('Nothing of this waits for a person.', 409),
  review_decided_otherwise: refusal(
    'Somebody has said otherwise before, and that is for ever. The decisions of the review name who.',
    409,
  ),
  review_device_needed: refusal(
    'Several devices have records of this payment that wait. Name the device that is meant.',
    409,
  ),
  review_books_needed: refusal(
    'Only the acquirer’s books tell what became of this payment. Look it up there, and resolve it with what they hold.',
    409,
  ),
  review_card_has_paid: refusal(
    'The card of this payment has paid. Find out why the acquirer does not take the advice, then release it.',
    409,
  ),
  review_not_releasable: refusal(
    'What was set aside is not proven to be of its device, or contradicts its sale. It can only be rejected.',
    409,
  ),
  review_does_not_fit: refusal('This does not fit the payment. Look at times and codes again.'),
  review_moved: {
    status: 409,
    retryable: true,
    message: 'It has moved meanwhile. Look at it again.',
  },

  // Orders from online channels.
  order_not_open: refusal('This order is paid or canceled, or is being paid at this till.', 409),
  order_already_paid: refusal('This order is paid. Refund its payment instead.', 409),
  order_currency_not_taken: refusal('The account takes no payments in this currency.', 400),

  // Batches.
  batch_not_open: refusal('This batch is closed or closing already.', 409),
  batch_tips_missing: refusal(
    'Sales of this terminal wait for their tip or capture. Capture them first, or close the batch all the same.',
    409,
  ),

  // Closes of the day.
  day_close_other_number: refusal(
    'This is not the number of the next close of this location. Read the day report, and close what it names.',
    409,
  ),
  day_closed_later: refusal('The day is closed beyond this moment already. Name a later one.', 409),
  day_not_over: refusal('A day can be closed up to now. Name no moment to come.'),
} as const satisfies Record<string, ErrorEntry>
