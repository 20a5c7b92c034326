import * as z from 'zod'
import { currency, idOf, shortText, sumMinor, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/** Payments of one currency, and what they are together. */
const atRisk = z.strictObject({ currency, amountMinor: sumMinor, count: z.int().min(1) })
export type AtRisk = z.infer<typeof atRisk>

/**
 * `GET /account/v1/exposure`: accepted and not decided, as far as the gateway has it (MC5). What a device still holds is
 * known to that device alone: `missing` of `GET /account/v1/devices`.
 */
export const exposure = z.strictObject({
  asOfMs: unixMs,
  total: z.array(atRisk),
  locations: z.array(z.strictObject({ location: idOf('loc'), name: shortText, atRisk: z.array(atRisk) })),
  devices: z.array(
    z.strictObject({ device: idOf('dev'), name: shortText, location: idOf('loc'), atRisk: z.array(atRisk) }),
  ),
})
export type Exposure = z.infer<typeof exposure>

export function exposureCalls(ask: AccountAsk) {
  return { get: () => ask({ method: 'GET', path: '/exposure', answer: exposure }) }
}
