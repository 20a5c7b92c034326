import {
  admitOffline,
  captureMethods,
  isAmountMinor,
  isCurrency,
  type Money,
  newId,
  type OfflineKind,
  offlineNeeds,
  reserve,
} from '@holdfast/core'
import type { ErrorCode, Lease, ReaderInfo, RecordOf } from '@holdfast/protocol'
import { type Device, idSourceOf, readerIdOf } from '../device.ts'
import type { JournalState, JournalStep, RecordBody } from '../journal/journal-step.ts'
import { offlineClockOf, saleTermsOf, termsOf } from '../journal/offline-rules.ts'
import { keptNames, saleKeyName } from '../journal/kept-values.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import type { KeptOrder } from '../journal/kept-orders.ts'
import { readOrder, type TillOrder } from '../orders/till-order.ts'
import { FULL_RECORD_BYTES, IDEMPOTENCY_KEY_LENGTH_MAX, NAME_LENGTH_MAX, PAD_BYTES_MAX } from '../limits.ts'
import type { CreatePaymentIntent, CreateResult, OfflineBehavior, PaymentIntent } from './payment-intent.ts'

/**
 * Opens a sale: durable before any card is read, with its place in the offline limits where it may be stored. A key that
 * has opened a sale before is `idempotency_key_reused` with that payment, and changes nothing.
 */
export async function createPayment(
  device: Device,
  info: ReaderInfo,
  input: CreatePaymentIntent,
): Promise<CreateResult> {
  device.detector.attend()
  const code = malformed(input, device.journal.state.lease)
  if (code !== null) return { status: 'refused', code }
  const offlineBehavior = input.offlineBehavior ?? 'prefer_online'
  if (offlineBehavior === 'require_online' && device.detector.status === 'offline') {
    return { status: 'refused', code: 'offline_required_online' }
  }
  const ids = idSourceOf(device.deps)
  const saleId = newId('sale', ids)
  const paymentId = newId('pi', ids)
  const opened = await device.journal.append(openSale({ input, info, offlineBehavior, saleId, paymentId }))
  if (!opened.ok) return { status: 'refused', code: opened.code }
  const { intent, before } = opened.value
  return before === null
    ? { status: 'created', intent }
    : { status: 'refused', code: 'idempotency_key_reused', paymentId: before }
}

/** The offline rules that do not need the card; null when the sale could be stored. */
function admitSale(state: JournalState, info: ReaderInfo, money: Money): ErrorCode | null {
  const terms = termsOf(state)
  const reader = readerIdOf(state, info)
  const sale = saleTermsOf(state, { money, reader, readerCapable: info.offlineCapable })
  return admitOffline(terms, likelyKind(terms), state.head.exposure, sale, offlineClockOf(state))
}

interface Opening {
  readonly input: CreatePaymentIntent
  readonly info: ReaderInfo
  readonly offlineBehavior: OfflineBehavior
  readonly saleId: string
  readonly paymentId: string
}

interface Before {
  /** The payment that the key has opened. */
  readonly before: string | null
  readonly order: TillOrder | null
}

/** What is over, or paid for here, is not paid again; a sale that was given up leaves its order open. */
function orderRefusal(
  order: TillOrder | null,
  { amountMinor, tipMinor = 0, currency, reference }: CreatePaymentIntent,
): ErrorCode | null {
  if (reference !== undefined) return 'parameter_invalid'
  if (order === null) return 'not_found'
  if (order.state !== 'open') return 'order_not_open'
  if (currency !== order.money.currency) return 'currency_mismatch'
  return amountMinor - tipMinor === order.money.amountMinor ? null : 'amount_invalid'
}

/** Written with the sale, so that no second one is opened for it, also after a crash between the two. */
function inHandOf({ orders }: JournalState, { orderId }: TillOrder, paymentId: string): readonly KeptOrder[] {
  return orders.map((order) => (order.said.order === orderId ? { ...order, paymentId } : order))
}

type Opened =
  | { readonly before: null; readonly intent: PaymentIntent }
  /** The payment that this key has opened earlier. */
  | { readonly before: string; readonly intent: null }

function openSale(opening: Opening): JournalStep<Before, Opened> {
  const { input, info, offlineBehavior, saleId, paymentId } = opening
  const money = { amountMinor: input.amountMinor, currency: input.currency }
  const captureMethod = input.captureMethod ?? 'automatic'
  const { idempotencyKey, tipMinor = 0 } = input
  const keptKey = idempotencyKey === undefined ? null : saleKeyName(idempotencyKey)
  return {
    async load(store, state) {
      const order = state.orders.find(({ said }) => said.order === input.orderId)
      return {
        before: keptKey === null ? null : await store.value(keptKey),
        order: order === undefined ? null : await readOrder(store, order),
      }
    },
    build(state, { before, order }) {
      if (before !== null) return { do: 'nothing', value: { before, intent: null } }
      if (input.orderId !== undefined) {
        const refusal = orderRefusal(order, input)
        if (refusal !== null) return { do: 'refuse', code: refusal }
      }
      const offlineRefusal = admitSale(state, info, money)
      if (offlineBehavior === 'force_offline' && offlineRefusal !== null) {
        return { do: 'refuse', code: offlineRefusal }
      }
      const reserved = offlineRefusal === null && offlineBehavior !== 'require_online'
      const reference = input.orderId ?? input.reference ?? null
      const location = state.lease.location
      const payment: StoredPayment = {
        paymentId,
        saleId,
        money,
        ...(tipMinor === 0 ? {} : { tipMinor }),
        captureMethod,
        location,
        reader: readerIdOf(state, info),
        reference,
        openedMs: state.time.nowMs,
        reserved,
        attempts: 0,
        sealedSeqs: [],
        ...(idempotencyKey === undefined ? {} : { saleKey: idempotencyKey }),
        state: 'OPEN',
      }
      const body = padded({
        kind: 'sale.opened',
        sale: saleId,
        payment: paymentId,
        ...money,
        tipMinor,
        captureMethod,
        location,
        reader: readerIdOf(state, info),
        operator: input.operator ?? null,
        reference,
        reserved,
      })
      const exposure = reserved ? reserve(state.head.exposure, money) : state.head.exposure
      return {
        do: 'commit',
        value: {
          before: null,
          intent: {
            paymentId,
            saleId,
            money,
            captureMethod,
            offlineBehavior,
            offlineRefusal,
            offlineNeeds: offlineNeeds(state.lease, money),
          },
        },
        draft: {
          records: [{ body, sealed: null }],
          exposure,
          payments: () => [payment],
          values: {
            ...(keptKey === null ? {} : { [keptKey]: paymentId }),
            ...(order === null
              ? {}
              : { [keptNames.orders]: JSON.stringify(inHandOf(state, order, paymentId)) }),
          },
        },
      }
    },
  }
}

/** What a sale is most likely stored as before its card is known. */
function likelyKind(lease: Lease): OfflineKind {
  return lease.kinds.deferred === undefined && lease.kinds.card_approved !== undefined
    ? 'card_approved'
    : 'deferred'
}

/** As many bytes as an accepted payment with its sealed block will take: a disk that is full says so now. */
function padded(body: Omit<RecordOf<'sale.opened'>, ChainField | 'pad'>): RecordBody {
  const missing = FULL_RECORD_BYTES - JSON.stringify(body).length - CHAIN_BYTES
  return { ...body, pad: ' '.repeat(Math.min(PAD_BYTES_MAX, Math.max(0, missing))) }
}

type ChainField = 'v' | 'account' | 'mode' | 'device' | 'key' | 'epoch' | 'seq' | 'prev' | 'lease' | 'times'

/** About what the chain adds to every header. */
const CHAIN_BYTES = 600

/** Something is sold too. */
function isTipOf({ amountMinor, tipMinor = 0 }: CreatePaymentIntent): boolean {
  return Number.isSafeInteger(tipMinor) && tipMinor >= 0 && tipMinor < amountMinor
}

function malformed(input: CreatePaymentIntent, lease: Lease): ErrorCode | null {
  if (!isAmountMinor(input.amountMinor)) return 'amount_invalid'
  if (!isTipOf(input)) return 'amount_invalid'
  if (!isCurrency(input.currency) || !lease.currencies.includes(input.currency)) return 'currency_invalid'
  if (input.captureMethod !== undefined && !captureMethods.includes(input.captureMethod))
    return 'parameter_invalid'
  if ((input.idempotencyKey?.length ?? 1) > IDEMPOTENCY_KEY_LENGTH_MAX || input.idempotencyKey === '')
    return 'parameter_invalid'
  const texts = [input.reference ?? '', input.operator ?? '']
  return texts.every((text) => text.length <= NAME_LENGTH_MAX) ? null : 'parameter_invalid'
}
