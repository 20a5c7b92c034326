import * as z from 'zod'
import { idOf } from '../primitives.ts'
import { accountDevices, accountLease, deviceTermsChange } from './account-devices.ts'
import { accountPayments, accountPaymentsQuery } from './account-payments.ts'
import { accountBatches, accountBatchesQuery, accountBatchTicket, batchClose } from './batches.ts'
import { dayClose, dayCloseAnswer, dayCloses, dayClosesQuery, dayReportAnswer } from './day-closes.ts'
import { exposure } from './exposure.ts'
import { offlinePolicy, offlinePolicyChange } from './offline-policy.ts'
import { accountOrderAnswer, accountOrders, accountOrdersQuery, orderCancel, orderCreate } from './orders.ts'
import { paymentMethods, paymentMethodsChange } from './payment-methods.ts'
import { recovery } from './recovery.ts'
import {
  deviceReviewed,
  deviceReviewReject,
  deviceReviewRelease,
  review,
  reviewDecisions,
  reviewDecisionsQuery,
  reviewed,
  reviewReject,
  reviewRelease,
  reviewResolve,
} from './review.ts'

export interface AccountOperation {
  readonly id: string
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Below `/account/v1`; what is in braces is a parameter. */
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly answer: z.ZodType
}

const ofPayment = z.strictObject({ payment: idOf('pi') })
const ofDevice = z.strictObject({ device: idOf('dev') })
const ofLocation = z.strictObject({ location: idOf('loc') })
const ofDayClose = ofLocation.extend({ number: z.coerce.number().int().min(1) })
const ofOrder = z.strictObject({ order: idOf('ord') })
const ofBatch = z.strictObject({ batch: idOf('bat') })

/** Everything that the account API answers; the OpenAPI document is made of it. */
export const accountOperations = [
  {
    id: 'getOfflinePolicy',
    method: 'GET',
    path: '/offline_policy',
    summary: 'What the account’s devices may do without the gateway, and who has taken the risk on',
    answer: offlinePolicy,
  },
  {
    id: 'putOfflinePolicy',
    method: 'PUT',
    path: '/offline_policy',
    summary: 'Changes it; kept with who and when',
    body: offlinePolicyChange,
    answer: offlinePolicy,
  },
  {
    id: 'getExposure',
    method: 'GET',
    path: '/exposure',
    summary: 'What is accepted and not decided, by account, location and device',
    answer: exposure,
  },
  {
    id: 'listDevices',
    method: 'GET',
    path: '/devices',
    summary: 'Each device: its last word, what it has stated, what is in',
    answer: accountDevices,
  },
  {
    id: 'getDeviceLease',
    method: 'GET',
    path: '/devices/{device}/lease',
    summary: 'What a device may do without the gateway, as it was signed for it last',
    params: ofDevice,
    answer: accountLease,
  },
  {
    id: 'putDeviceOfflinePolicy',
    method: 'PUT',
    path: '/devices/{device}/offline_policy',
    summary: 'Decides for one device, or takes that back; kept with who and when',
    params: ofDevice,
    body: deviceTermsChange,
    answer: accountLease,
  },
  {
    id: 'getPaymentMethods',
    method: 'GET',
    path: '/payment_methods',
    summary: 'The card brands and ways of reading that are offered, by account, location and device',
    answer: paymentMethods,
  },
  {
    id: 'putPaymentMethods',
    method: 'PUT',
    path: '/payment_methods',
    summary: 'Offers them where neither a location nor a device has its own word; kept with who and when',
    body: paymentMethodsChange,
    answer: paymentMethods,
  },
  {
    id: 'putLocationPaymentMethods',
    method: 'PUT',
    path: '/locations/{location}/payment_methods',
    summary: 'The same for one location, or takes that back',
    params: ofLocation,
    body: paymentMethodsChange,
    answer: paymentMethods,
  },
  {
    id: 'putDevicePaymentMethods',
    method: 'PUT',
    path: '/devices/{device}/payment_methods',
    summary: 'The same for one device, or takes that back',
    params: ofDevice,
    body: paymentMethodsChange,
    answer: paymentMethods,
  },
  {
    id: 'listPayments',
    method: 'GET',
    path: '/payments',
    summary: 'Payments taken offline, newest first',
    query: accountPaymentsQuery,
    answer: accountPayments,
  },
  {
    id: 'listReview',
    method: 'GET',
    path: '/review',
    summary: 'What only a person can settle',
    answer: review,
  },
  {
    id: 'listReviewDecisions',
    method: 'GET',
    path: '/review/decisions',
    summary: 'Who decided what, newest first',
    query: reviewDecisionsQuery,
    answer: reviewDecisions,
  },
  {
    id: 'releasePayment',
    method: 'POST',
    path: '/review/{payment}/release',
    summary: 'What waits of a payment is genuine: it goes on',
    params: ofPayment,
    body: reviewRelease,
    answer: reviewed,
  },
  {
    id: 'rejectPayment',
    method: 'POST',
    path: '/review/{payment}/reject',
    summary: 'Closes a payment that waits as not paid; its till shows the note',
    params: ofPayment,
    body: reviewReject,
    answer: reviewed,
  },
  {
    id: 'resolvePayment',
    method: 'POST',
    path: '/review/{payment}/resolve',
    summary: 'Says what the acquirer’s own books hold of a payment whose outcome a restore has lost',
    params: ofPayment,
    body: reviewResolve,
    answer: reviewed,
  },
  {
    id: 'releaseDevice',
    method: 'POST',
    path: '/devices/{device}/review/release',
    summary: 'All that waits of a device is genuine',
    params: ofDevice,
    body: deviceReviewRelease,
    answer: deviceReviewed,
  },
  {
    id: 'rejectDevice',
    method: 'POST',
    path: '/devices/{device}/review/reject',
    summary: 'Closes all that waits of a device as not paid',
    params: ofDevice,
    body: deviceReviewReject,
    answer: deviceReviewed,
  },
  {
    id: 'listBatches',
    method: 'GET',
    path: '/batches',
    summary: 'Batches of each terminal, newest first',
    query: accountBatchesQuery,
    answer: accountBatches,
  },
  {
    id: 'getBatch',
    method: 'GET',
    path: '/batches/{batch}',
    summary: 'A batch with its ticket: each sale and refund in it',
    params: ofBatch,
    answer: accountBatchTicket,
  },
  {
    id: 'closeBatch',
    method: 'POST',
    path: '/batches/{batch}/close',
    summary: 'Closes a batch now',
    params: ofBatch,
    body: batchClose,
    answer: accountBatchTicket,
  },
  {
    id: 'getDayReport',
    method: 'GET',
    path: '/locations/{location}/day_report',
    summary: 'X: what was sold since the last close of the day, what is pending apart; closes nothing',
    params: ofLocation,
    answer: dayReportAnswer,
  },
  {
    id: 'closeDay',
    method: 'POST',
    path: '/locations/{location}/day_closes',
    summary: 'Z: closes the day, once per number, with what became known of earlier days',
    params: ofLocation,
    body: dayClose,
    answer: dayCloseAnswer,
  },
  {
    id: 'listDayCloses',
    method: 'GET',
    path: '/locations/{location}/day_closes',
    summary: 'Closes of the day, newest first',
    params: ofLocation,
    query: dayClosesQuery,
    answer: dayCloses,
  },
  {
    id: 'getDayClose',
    method: 'GET',
    path: '/locations/{location}/day_closes/{number}',
    summary: 'A close of the day as it was known then',
    params: ofDayClose,
    answer: dayCloseAnswer,
  },
  {
    id: 'createOrder',
    method: 'POST',
    path: '/orders',
    summary: 'An order of an online channel, for the tills of a location',
    body: orderCreate,
    answer: accountOrderAnswer,
  },
  {
    id: 'listOrders',
    method: 'GET',
    path: '/orders',
    summary: 'Orders, newest first',
    query: accountOrdersQuery,
    answer: accountOrders,
  },
  {
    id: 'getOrder',
    method: 'GET',
    path: '/orders/{order}',
    summary: 'An order and what became of it',
    params: ofOrder,
    answer: accountOrderAnswer,
  },
  {
    id: 'cancelOrder',
    method: 'POST',
    path: '/orders/{order}/cancel',
    summary: 'Calls an order off that nobody has paid',
    params: ofOrder,
    body: orderCancel,
    answer: accountOrderAnswer,
  },
  {
    id: 'getRecovery',
    method: 'GET',
    path: '/recovery',
    summary: 'What a restore of the gateway has left open',
    answer: recovery,
  },
] as const satisfies readonly AccountOperation[]

export type AccountOperationId = (typeof accountOperations)[number]['id']
