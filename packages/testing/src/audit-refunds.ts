import { currencyNumber } from '@holdfast/core'
import type {
  AuditAcquirerEntry,
  AuditDevice,
  AuditDifference,
  AuditGatewayRefund,
  AuditInput,
} from './audit-input.ts'

/**
 * What was given back, by each side. The acquirer names the sale of a refund (DE37 of the sale), so refunds of one payment
 * are compared with each other; those without a payment, by terminal. Nothing is said while one of them is under way.
 */
export function refundDifferences(input: AuditInput): AuditDifference[] {
  const { refunds } = input
  if (refunds === undefined) return []
  const known = new Set(refunds.map(({ refundId }) => refundId))
  return [...asked(input.devices, known), ...paid(refunds, input)]
}

/** What a till has asked for must be with the gateway once all that the till holds is. */
function* asked(devices: readonly AuditDevice[], known: ReadonlySet<string>): Generator<AuditDifference> {
  for (const { drained, payments } of devices) {
    if (!drained) continue
    for (const { paymentId, followUps } of payments) {
      for (const { refundId } of followUps?.refunds ?? []) {
        if (known.has(refundId)) continue
        yield {
          code: 'refund_not_known_at_gateway',
          paymentId,
          detail: `the device asked for ${refundId}`,
          remedy:
            'Look at the payment’s tasks at the gateway, then refund it there if nothing was given back.',
        }
      }
    }
  }
}

function* paid(
  refunds: readonly AuditGatewayRefund[],
  { gateway, acquirer }: AuditInput,
): Generator<AuditDifference> {
  const paymentByRrn = new Map<string, string>()
  for (const { paymentId, terminalId, attempts } of gateway) {
    for (const { rrn } of attempts)
      if (rrn !== null) paymentByRrn.set(`${terminalId.trim()} ${rrn.trim()}`, paymentId)
  }
  const placeOf = (entry: AuditAcquirerEntry): string => {
    const terminal = entry.terminal.trim()
    const { saleRrn } = entry
    if (saleRrn === undefined) return terminal
    return paymentByRrn.get(`${terminal} ${saleRrn.trim()}`) ?? `${terminal} of no sale`
  }
  const back = acquirer.filter((entry) => entry.kind === 'refund' && entry.chargedMinor < 0)
  const there = Map.groupBy(back, placeOf)
  const here = Map.groupBy(refunds, ({ paymentId, terminalId }) => paymentId ?? terminalId.trim())
  for (const place of new Set([...here.keys(), ...there.keys()])) {
    const ours = here.get(place) ?? []
    if (ours.some(({ status }) => status === 'waiting_parent' || status === 'submitted')) continue
    const said = ours
      .filter(({ status }) => status === 'succeeded')
      .map(({ money }) => amountText(money.amountMinor, currencyNumber(money.currency)))
    const done = (there.get(place) ?? []).map(({ chargedMinor, currency }) =>
      amountText(-chargedMinor, currency),
    )
    const paymentId = gateway.some((payment) => payment.paymentId === place) ? place : null
    const where = paymentId === null ? `${place}: ` : ''
    for (const amount of without(said, done)) {
      yield {
        code: 'refund_not_at_acquirer',
        paymentId,
        detail: `${where}the gateway says that ${amount} was given back, the acquirer has not`,
        remedy: 'Ask the acquirer for the refund; if it never had it, give the money back again.',
      }
    }
    for (const amount of without(done, said)) {
      yield {
        code: 'refund_unknown',
        paymentId,
        detail: `${where}the acquirer has given ${amount} back, and the gateway knows of no such refund`,
        remedy: 'Find out who asked for it; the merchant is owed what was given back twice.',
      }
    }
  }
}

function amountText(amountMinor: number, currency: string): string {
  return `${amountMinor} (currency ${currency})`
}

/** What is in the first and not in the second, each as often as it is there. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const rest = [...taken]
  return all.filter((each) => {
    const at = rest.indexOf(each)
    if (at === -1) return true
    rest.splice(at, 1)
    return false
  })
}
