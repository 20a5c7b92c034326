import type * as z from 'zod'
import { accountDevices } from './account-devices.ts'
import { accountPayments, accountPaymentsQuery } from './account-payments.ts'
import { exposure } from './exposure.ts'
import { offlinePolicy, offlinePolicyChange } from './offline-policy.ts'
import { recovery } from './recovery.ts'
import { review } from './review.ts'

export interface AccountOperation {
  readonly id: string
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Below `/account/v1`. */
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly answer: z.ZodType
}

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
    id: 'getRecovery',
    method: 'GET',
    path: '/recovery',
    summary: 'What a restore of the gateway has left open',
    answer: recovery,
  },
] as const satisfies readonly AccountOperation[]
