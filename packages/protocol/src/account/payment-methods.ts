import * as z from 'zod'
import { offeredMethods } from '../lease.ts'
import { idOf, shortText } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/**
 * `GET /account/v1/payment_methods`: which cards are taken, and how they may be presented (ST14). A device goes by its own
 * word, else by its location's, else by the account's; where none is said (null), everything is offered.
 */
export const paymentMethods = z.strictObject({
  account: offeredMethods.nullable(),
  locations: z.array(
    z.strictObject({ location: idOf('loc'), name: shortText, offered: offeredMethods.nullable() }),
  ),
  devices: z.array(
    z.strictObject({
      device: idOf('dev'),
      name: shortText,
      location: idOf('loc'),
      /** Its own word. */
      offered: offeredMethods.nullable(),
      /** What it goes by. */
      inForce: offeredMethods.nullable(),
    }),
  ),
})
export type PaymentMethods = z.infer<typeof paymentMethods>

/**
 * `PUT` of the account, of a location or of a device: a whole word, or null to take it back. It is in the next lease, and
 * from this moment the gateway refuses what is not offered.
 */
export const paymentMethodsChange = z.strictObject({
  offered: offeredMethods.nullable(),
  /** Who decides; kept with the change. */
  by: shortText.min(1),
})
export type PaymentMethodsChange = z.infer<typeof paymentMethodsChange>

export function paymentMethodCalls(ask: AccountAsk) {
  const put = (of: string, body: PaymentMethodsChange) =>
    ask({ method: 'PUT', path: `${of}/payment_methods`, body, answer: paymentMethods })
  return {
    get: () => ask({ method: 'GET', path: '/payment_methods', answer: paymentMethods }),
    put: (body: PaymentMethodsChange) => put('', body),
    putOfLocation: (location: string, body: PaymentMethodsChange) => put(`/locations/${location}`, body),
    putOfDevice: (device: string, body: PaymentMethodsChange) => put(`/devices/${device}`, body),
  }
}
