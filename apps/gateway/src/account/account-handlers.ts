import type {
  AccountOperationId,
  accountOperations,
  PaymentMethods,
  PaymentMethodsChange,
} from '@holdfast/protocol/account'
import type * as z from 'zod'
import type { AccountCaller, AccountRefusal } from './account-caller.ts'
import { changeDeviceTerms } from './change-device-terms.ts'
import { closeAccountBatch } from './close-account-batch.ts'
import { decideForMerchant } from './decide-for-merchant.ts'
import { decideDeviceForMerchant } from './decide-device-for-merchant.ts'
import { listAccountBatches, readBatchTicket } from './list-account-batches.ts'
import { listDevices } from './list-devices.ts'
import { listOfflinePayments } from './list-offline-payments.ts'
import { listReview } from './list-review.ts'
import { listReviewDecisions } from './list-review-decisions.ts'
import { changeOfflinePolicy, readOfflinePolicy } from './offline-policy.ts'
import { closeDay } from '../day-closes/close-day.ts'
import { readDayCloses } from '../day-closes/day-row.ts'
import { readClosedDay, readDayReport } from '../day-closes/read-day-report.ts'
import { cancelOrder } from '../orders/cancel-order.ts'
import { createOrder } from '../orders/create-order.ts'
import { accountOrderOf, listOrders, readOrder } from './list-orders.ts'
import { changePaymentMethods, type MethodsPlace, readPaymentMethods } from './payment-methods.ts'
import { readAccountRecovery } from './read-account-recovery.ts'
import { readDeviceLease } from './read-device-lease.ts'
import { readExposure } from './read-exposure.ts'
import { resolveForMerchant } from './resolve-for-merchant.ts'

/** One function for each operation of the account API, held to its schemas by the type. */
export const accountHandlers: Handlers = {
  getOfflinePolicy: async ({ parts: { pool }, key }) => done(await readOfflinePolicy(pool, key.account)),
  async putOfflinePolicy({ parts: { pool, world }, key, keyPrefix }, { body }) {
    const from = { ...key, keyPrefix, nowMs: world.clock.wallMs() }
    const changed = await changeOfflinePolicy(pool, body, from)
    return changed.ok ? done(changed.policy) : changed
  },
  getExposure: async ({ parts: { pool, world }, key }) =>
    done(await readExposure(pool, key, world.clock.wallMs())),
  listDevices: async ({ parts: { pool }, key }) => done({ devices: await listDevices(pool, key) }),
  getDeviceLease: async ({ parts: { pool }, key }, { params: { device } }) =>
    found(await readDeviceLease(pool, key, device)),
  async putDeviceOfflinePolicy({ parts: { pool, world }, key, keyPrefix }, { params: { device }, body }) {
    const from = { ...key, keyPrefix, nowMs: world.clock.wallMs() }
    const isThere = await changeDeviceTerms(pool, { device, ...body }, from)
    return found(isThere ? await readDeviceLease(pool, key, device) : null)
  },
  getPaymentMethods: async ({ parts: { pool }, key }) => done(await readPaymentMethods(pool, key)),
  putPaymentMethods: (caller, { body }) => putPaymentMethods(caller, { of: 'account' }, body),
  putLocationPaymentMethods: (caller, { params, body }) =>
    putPaymentMethods(caller, { of: 'location', ...params }, body),
  putDevicePaymentMethods: (caller, { params, body }) =>
    putPaymentMethods(caller, { of: 'device', ...params }, body),
  listPayments: async ({ parts: { pool }, key }, { query }) =>
    done(await listOfflinePayments(pool, key, query)),
  listReview: async ({ parts: { pool }, key }) => done(await listReview(pool, key)),
  listReviewDecisions: async ({ parts: { pool }, key }, { query }) =>
    done({ decisions: await listReviewDecisions(pool, key, query) }),
  releasePayment: ({ parts, key }, { params: { payment }, body }) =>
    decideForMerchant(parts, key, payment, { decide: 'release', ...body }),
  rejectPayment: ({ parts, key }, { params: { payment }, body }) =>
    decideForMerchant(parts, key, payment, { decide: 'reject', ...body }),
  resolvePayment: ({ parts, key }, { params: { payment }, body }) =>
    resolveForMerchant(parts, key, payment, body),
  releaseDevice: async ({ parts, key }, { params: { device }, body }) =>
    found(await decideDeviceForMerchant(parts, key, device, { decide: 'release', ...body })),
  rejectDevice: async ({ parts, key }, { params: { device }, body }) =>
    found(await decideDeviceForMerchant(parts, key, device, { decide: 'reject', ...body })),
  listBatches: async ({ parts: { pool }, key }, { query }) =>
    done(await listAccountBatches(pool, key, query)),
  getBatch: async ({ parts: { pool }, key }, { params: { batch } }) =>
    found(await readBatchTicket(pool, key, batch)),
  async closeBatch({ parts, key, keyPrefix }, { params: { batch }, body }) {
    const code = await closeAccountBatch(parts, { ...key, keyPrefix }, batch, body)
    return code === null ? found(await readBatchTicket(parts.pool, key, batch)) : { ok: false, code }
  },
  getDayReport: async ({ parts: { pool, world }, key }, { params }) =>
    found(await readDayReport(pool, { ...key, ...params }, world.clock.wallMs())),
  async closeDay({ parts: { pool, world }, key, keyPrefix }, { params, body }) {
    const from = { keyPrefix, nowMs: world.clock.wallMs() }
    const closed = await closeDay(pool, { ...key, ...params }, body, from)
    return closed.ok ? done({ report: closed.report }) : closed
  },
  async listDayCloses({ parts: { pool }, key }, { params, query: { before = null, limit } }) {
    const closes = await readDayCloses(pool, { ...key, ...params }, { before, limit: limit + 1 })
    const page = closes.slice(0, limit)
    return done({ closes: page, next: closes.length > limit ? (page.at(-1)?.number ?? null) : null })
  },
  async getDayClose({ parts: { pool }, key }, { params: { location, number } }) {
    const report = await readClosedDay(pool, { ...key, location }, number)
    return found(report === null ? null : { report })
  },
  async createOrder({ parts, key }, { body }) {
    const made = await createOrder(parts, key, body)
    return made.ok ? done({ order: accountOrderOf(made.order) }) : made
  },
  listOrders: async ({ parts: { pool }, key }, { query }) => done(await listOrders(pool, key, query)),
  getOrder: async ({ parts: { pool }, key }, { params: { order } }) =>
    found(await readOrder(pool, key, order)),
  async cancelOrder({ parts, key }, { params: { order }, body }) {
    const code = await cancelOrder(parts, key, order, body)
    return code === null ? found(await readOrder(parts.pool, key, order)) : { ok: false, code }
  },
  getRecovery: async ({ parts: { pool }, key }) => done(await readAccountRecovery(pool, key)),
}

async function putPaymentMethods(
  { parts: { pool, world }, key, keyPrefix }: AccountCaller,
  place: MethodsPlace,
  change: PaymentMethodsChange,
): Promise<Handled<PaymentMethods>> {
  const from = { ...key, keyPrefix, nowMs: world.clock.wallMs() }
  const refused = await changePaymentMethods(pool, place, change, from)
  return refused === null ? done(await readPaymentMethods(pool, key)) : { ok: false, code: refused }
}

type Handled<Body> = { readonly ok: true; readonly body: Body } | AccountRefusal

type OperationOf<Id extends AccountOperationId> = Extract<
  (typeof accountOperations)[number],
  { readonly id: Id }
>

type Read<Operation, Part extends string> =
  Operation extends Readonly<Record<Part, infer Schema extends z.ZodType>> ? z.output<Schema> : undefined

type Handlers = {
  readonly [Id in AccountOperationId]: (
    caller: AccountCaller,
    asked: {
      readonly params: Read<OperationOf<Id>, 'params'>
      readonly query: Read<OperationOf<Id>, 'query'>
      readonly body: Read<OperationOf<Id>, 'body'>
    },
  ) => Promise<Handled<z.input<OperationOf<Id>['answer']>>>
}

function done<Body>(body: Body): Handled<Body> {
  return { ok: true, body }
}

function found<Body>(body: Body | null): Handled<Body> {
  return body === null ? { ok: false, code: 'not_found' } : { ok: true, body }
}
