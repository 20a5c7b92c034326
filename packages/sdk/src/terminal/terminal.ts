import { cardEntryMethods } from './card-entry-methods.ts'
import { carryApi } from './carry-api.ts'
import type { Device, TerminalDeps } from '../device.ts'
import { followUpsApi } from './follow-ups-api.ts'
import { enrol } from '../gateway/enrol.ts'
import { Journal } from '../journal/journal.ts'
import { setLocalLimits } from '../journal/set-local-limits.ts'
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, NAME_LENGTH_MAX } from '../limits.ts'
import { offlineStatusOf } from './offline-status.ts'
import { readOrders } from '../orders/till-order.ts'
import { paymentSettingsOf } from './payment-settings.ts'
import { paymentQueue } from './payment-queue.ts'
import { ReaderDesk } from '../readers/reader-desk.ts'
import { cancelPayment } from '../sales/cancel-payment.ts'
import { collectCard, putDown } from '../sales/collect-card.ts'
import { confirmPayment } from '../sales/confirm-payment.ts'
import { createPayment } from '../sales/create-payment.ts'
import { sameCardRecently } from '../sales/same-card-recently.ts'
import type { Sale } from '../sales/sale.ts'
import { type RunningDevice, startDevice } from './start-device.ts'
import type { ConfirmResult, CreatePaymentIntent, CreateResult } from '../sales/payment-intent.ts'
import type { Refused } from '../refused.ts'
import type { Terminal, TerminalSettings } from './terminal-api.ts'
import type { OfflineStatus, TerminalEvent } from '../terminal-events.ts'

/** Opens the journal and starts forwarding what is in it. Throws when the store cannot be trusted. */
export async function createTerminal(deps: TerminalDeps): Promise<Terminal> {
  const listeners = new Set<(event: TerminalEvent) => void>()
  const sales = new Map<string, Sale>()
  let running: RunningDevice | null = null
  let forced = false
  let lastStatus = ''
  let lastMethods = ''
  let enrolling: ReturnType<Terminal['enrol']> | null = null

  const desk = new ReaderDesk({
    drivers: deps.readerDrivers ?? [],
    device: () => running?.device ?? null,
    isInUse: () => [...sales.values()].some((sale) => sale.card !== null || sale.step !== null),
    onChange(reader) {
      emit({ type: 'readerChanged', reader })
      announceStatus()
    },
  })

  // A lease comes from a gateway that answers.
  listeners.add((event) => {
    if (event.type === 'leaseChanged') void desk.keepConnected()
  })

  const journal = await Journal.open(deps)
  if (journal !== null) start(journal)
  // Nobody has heard anything yet, and whoever begins to listen has read the status as it is.
  lastStatus = announcedOf(status())
  lastMethods = entryMethods().join()

  function start(opened: Journal): RunningDevice {
    running = startDevice(deps, opened, { emit, onStatus: announceStatus })
    running.setForcedOffline(forced)
    return running
  }

  function emit(event: TerminalEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        deps.onListenerError?.(error)
      }
    }
  }

  function status() {
    const busy = [...sales.values()].some((sale) => sale.step !== null)
    return offlineStatusOf(running, { busy, reader: desk.offlineStatus() })
  }

  function entryMethods() {
    return cardEntryMethods(running?.device ?? null, desk.reader?.info ?? null)
  }

  /** Tells what has changed of the status and of the ways to present a card. */
  function announceStatus(): void {
    const now = status()
    const text = announcedOf(now)
    if (text !== lastStatus) {
      lastStatus = text
      emit({ type: 'offlineStatusChanged', status: now })
    }
    const methods = entryMethods()
    if (methods.join() === lastMethods) return
    lastMethods = methods.join()
    emit({ type: 'cardEntryMethodsChanged', methods })
  }

  /** One step of a sale at a time; what it returns when another one runs is the caller's. */
  async function step<Result>(sale: Sale, name: Sale['step'], task: () => Promise<Result>): Promise<Result> {
    sale.step = name
    announceStatus()
    try {
      return await task()
    } finally {
      sale.step = null
      announceStatus()
    }
  }

  /** A device that is enrolled stays what it is: its journal belongs to it. */
  async function enrolOnce({ code, name }: { code: string; name: string }): ReturnType<Terminal['enrol']> {
    if (running !== null) return { status: 'enrolled', deviceId: deviceIdOf(running) }
    if (desk.reader === null) return { status: 'refused', code: 'reader_not_connected' }
    const { info } = desk.reader
    const enrolled = await enrol(deps, { code, name: name.slice(0, NAME_LENGTH_MAX), reader: info })
    if (!enrolled.ok) return { status: 'refused', code: enrolled.code }
    const { account, mode, device } = enrolled.lease
    const kept = { id: enrolled.answer.reader, model: info.model, serialNumber: info.serialNumber }
    const identity = { account, mode, device, key: deps.key.keyId, reader: kept }
    const founded = await Journal.found(deps, identity, enrolled.answer.lease)
    if (founded === null) return { status: 'refused', code: 'journal_failed' }
    const deviceId = deviceIdOf(start(founded))
    await desk.renew()
    emit({ type: 'leaseChanged' })
    announceStatus()
    return { status: 'enrolled', deviceId }
  }

  /** The sale that an idempotency key has opened, while it is in hand and asked for in the same terms. */
  function inHand(refused: Refused, input: CreatePaymentIntent): CreateResult | null {
    const sale = refused.code === 'idempotency_key_reused' ? sales.get(refused.paymentId ?? '') : undefined
    const { amountMinor, currency } = sale?.intent.money ?? {}
    if (sale === undefined || amountMinor !== input.amountMinor || currency !== input.currency) return null
    return { status: 'created', intent: sale.intent }
  }

  /** A sale that is closed is in hand no more. What was stored or approved needs no look. */
  async function leave(
    device: Device,
    { intent: { paymentId } }: Sale,
    result: ConfirmResult,
  ): Promise<void> {
    const isAccepted = result.status === 'stored' || result.status === 'approved'
    const payment = isAccepted ? null : await device.deps.store.payment(paymentId).catch(() => null)
    if (isAccepted || (payment !== null && payment.state !== 'OPEN')) sales.delete(paymentId)
  }

  return {
    get deviceId() {
      return running === null ? null : deviceIdOf(running)
    },

    enrol(input) {
      enrolling ??= enrolOnce(input).finally(() => {
        enrolling = null
      })
      return enrolling
    },

    useReader: (reader) => desk.use(reader),
    discoverReaders: () => desk.discover(),
    connectReader: (serialNumber) => desk.connect(serialNumber),
    disconnectReader: () => desk.disconnect(),
    connectedReader: () => desk.reader?.info ?? null,
    availableReaders: () => desk.available(),
    availableCardEntryMethods: entryMethods,
    paymentSettings: () => (running === null ? null : paymentSettingsOf(running.device)),

    async createPaymentIntent(input) {
      if (running === null) return { status: 'refused', code: 'not_enrolled' }
      if (desk.reader === null) return { status: 'refused', code: 'reader_not_connected' }
      const created = await createPayment(running.device, desk.reader.info, input)
      if (created.status === 'refused') return inHand(created, input) ?? created
      const { intent } = created
      if (input.orderId !== undefined) emit({ type: 'ordersChanged' })
      const operator = input.operator ?? null
      sales.set(intent.paymentId, {
        intent,
        operator,
        step: null,
        card: null,
        declined: new Set(),
        referred: new Set(),
        waiting: null,
      })
      return created
    },

    async collectPaymentMethod({ paymentId }) {
      const sale = sales.get(paymentId)
      if (running === null || sale === undefined) return { status: 'refused', code: 'sale_not_open' }
      if (sale.step !== null) return { status: 'refused', code: 'sale_in_progress' }
      if ([...sales.values()].some((other) => other.step === 'collect')) {
        return { status: 'refused', code: 'reader_busy' }
      }
      const { device } = running
      const { reader } = desk
      if (reader === null) return { status: 'refused', code: 'reader_not_connected' }
      return step(sale, 'collect', async () => {
        const collected = await collectCard(device, sale, reader)
        if (sales.has(paymentId)) return collected
        // The sale was taken back while the card was read.
        await putDown(sale)
        return { status: 'canceled' }
      })
    },

    async confirmPaymentIntent({ paymentId }, options = {}) {
      const sale = sales.get(paymentId)
      if (running === null || sale === undefined) return { status: 'refused', code: 'sale_not_open' }
      if (sale.step !== null) return { status: 'refused', code: 'sale_in_progress' }
      const { device } = running
      return step(sale, 'confirm', async () => {
        const result = await confirmPayment(device, sale, options)
        await leave(device, sale, result)
        return result
      })
    },

    async cancelPaymentIntent(paymentId, reason) {
      if (running === null) return { status: 'refused', code: 'not_enrolled' }
      const { device } = running
      const sale = sales.get(paymentId)
      const write = () => device.journal.append(cancelPayment(paymentId, reason))
      if (sale?.step === 'confirm' || sale?.step === 'cancel')
        return { status: 'refused', code: 'sale_in_progress' }
      if (sale?.step === 'collect') desk.reader?.cancel()
      const voided =
        sale === undefined || sale.step === 'collect'
          ? await write()
          : await step(sale, 'cancel', async () => {
              await putDown(sale)
              return write()
            })
      if (!voided.ok) return { status: 'refused', code: voided.code }
      sales.delete(paymentId)
      for (const payment of voided.payments) emit({ type: 'paymentChanged', payment })
      return { status: 'voided' }
    },

    ...followUpsApi(() => running),

    ...carryApi(deps, {
      running: () => running,
      busy: () => [...sales.values()].some((sale) => sale.step !== null),
    }),

    async sameCardRecently({ fingerprint }, money) {
      return running === null ? null : sameCardRecently(running.device, { fingerprint, money })
    },

    async setLocalOfflineLimit(change) {
      if (running === null) return { status: 'refused', code: 'not_enrolled' }
      const { journal, gateway, detector } = running.device
      const online = !gateway.silent && detector.status === 'online'
      const set = await journal.append(setLocalLimits(change, online))
      if (!set.ok) return { status: 'refused', code: set.code }
      emit({ type: 'leaseChanged' })
      return { status: 'set', limits: set.value }
    },

    offlineStatus: status,

    queue: paymentQueue({
      store: deps.store,
      running: () => running,
      safeToPowerOff: () => status().safeToPowerOff,
    }),

    payments({ limit = LIST_LIMIT_DEFAULT, beforeId } = {}) {
      const page = { limit: Math.min(limit, LIST_LIMIT_MAX) }
      return deps.store.payments(beforeId === undefined ? page : { ...page, beforeId })
    },

    payment: (paymentId) => deps.store.payment(paymentId),

    async orders() {
      return running === null ? [] : readOrders(deps.store, running.device.journal.state.orders)
    },
    serviceNotices: () => running?.notices() ?? [],
    settings: () => (running === null ? null : settingsOf(running.device)),

    async flush() {
      await running?.flush()
    },

    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    setForcedOffline(value) {
      forced = value
      running?.setForcedOffline(value)
      announceStatus()
    },

    async close() {
      for (const sale of sales.values()) if (sale.step === 'collect') desk.reader?.cancel()
      await (running === null ? deps.store.close() : running.close())
    },
  }
}

/** What a change is announced of. */
function announcedOf({ why: _why, ...status }: OfflineStatus): string {
  return JSON.stringify(status)
}

function deviceIdOf({ device }: RunningDevice): string {
  return device.journal.state.enrolment.device
}

function settingsOf({ journal }: Device): TerminalSettings {
  const { lease, enrolment } = journal.state
  const readerId = enrolment.reader.id
  const { accountName, location, locationName, currencies, allowed, kinds } = lease
  const { offered = null, tipping = {} } = lease
  const offlinePerPaymentMinor = kinds.deferred?.perPaymentMinor ?? kinds.card_approved?.perPaymentMinor ?? {}
  return {
    accountName,
    locationId: location,
    locationName,
    readerId,
    currencies,
    offered,
    offlineAllowed: allowed,
    offlinePerPaymentMinor,
    tipping,
  }
}
