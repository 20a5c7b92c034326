import { currencyNumber, PART_APPROVED } from '@holdfast/core'
import type {
  AuditAcquirerEntry,
  AuditAcquirerIncrement,
  AuditCode,
  AuditDevicePayment,
  AuditDifference,
  AuditGatewayPayment,
  AuditSale,
} from './audit-input.ts'

/** Refunds have rules and remedies of their own. */
type SaleCode = Exclude<AuditCode, `refund_${string}`>

/** What contradicts itself in one sale, each contradiction once. */
export function differencesOf(sale: AuditSale): AuditDifference[] {
  const found: [SaleCode, string][] = [...always(sale)]
  if (!sale.inMotion) found.push(...atRest(sale))
  return found.map(([code, detail]) => ({ code, paymentId: sale.paymentId, detail, remedy: REMEDIES[code] }))
}

/** Wrong at any moment: nothing under way makes it right again. */
function* always({ onDevice, gateway, acquirer }: AuditSale): Generator<[SaleCode, string]> {
  yield* amounts(onDevice, gateway, acquirer)
  if (gateway !== null && gateway.attention !== null) yield ['needs_attention', gateway.attention]
  for (const attempt of gateway?.attempts ?? []) {
    if (attempt.state !== 'declined') continue
    const entry = acquirer.find(({ rrn, stan }) => rrn === attempt.rrn && stan === attempt.stan)
    if (entry === undefined) continue
    if (entry.outcome === 'approved' && !entry.reversed)
      yield [
        'declined_but_approved',
        `the gateway keeps a decline of ${nameOf(entry)}, the issuer approved it`,
      ]
    // A part that the contract does not take is given back, and the sale is declined for it.
    if (entry.reversed && entry.responseCode !== PART_APPROVED)
      yield ['declined_reversed', `${nameOf(entry)} was declined and then reversed`]
  }
}

function* amounts(
  onDevice: AuditDevicePayment | null,
  gateway: AuditGatewayPayment | null,
  acquirer: readonly AuditAcquirerEntry[],
): Generator<[SaleCode, string]> {
  const money = onDevice?.money ?? gateway?.money
  if (money === undefined) return
  const { amountMinor, currency } = money
  const said = `${amountMinor} ${currency}`
  if (gateway !== null && (gateway.money.amountMinor !== amountMinor || gateway.money.currency !== currency))
    yield [
      'amount_differs',
      `device: ${said}, gateway: ${gateway.money.amountMinor} ${gateway.money.currency}`,
    ]
  for (const entry of acquirer) {
    const asked = entry.amountMinor !== amountMinor || entry.currency !== currencyNumber(currency)
    const standing = gateway?.attempts.find(({ rrn, state }) => rrn === entry.rrn && state === 'approved')
    const approvedMinor = standing?.approvedMinor ?? amountMinor
    const mayCharge = (minor: number) => chargesOf(approvedMinor, gateway).includes(minor)
    const charged = entry.chargedMinor !== 0 && !mayCharge(entry.chargedMinor)
    const forgotten = forgottenIncrements(entry, gateway)
    if (charged && !asked && forgotten.length > 0 && mayCharge(entry.chargedMinor - sumOf(forgotten)))
      yield [
        'increment_not_known_at_gateway',
        `held on top of ${said}: ${forgotten.map(moreOf).join(', then ')}`,
      ]
    else if (asked || charged)
      yield [
        'amount_differs',
        `sale: ${said}, acquirer asked for ${entry.amountMinor} (currency ${entry.currency}), charges ${entry.chargedMinor}`,
      ]
  }
}

/**
 * What the card may be charged: what was approved with what was approved on top, until the acquirer has heard what was
 * captured of it. While more is being asked for, or taken back, also with that.
 */
function chargesOf(approvedMinor: number, gateway: AuditGatewayPayment | null): readonly number[] {
  const { captured = null, increments = [] } = gateway ?? {}
  if (captured?.isPresented === true) return [captured.amountMinor]
  const moreIn = (states: readonly string[]): number =>
    increments
      .filter(({ state }) => states.includes(state))
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const heldMinor = approvedMinor + moreIn(['approved'])
  const perhaps = [heldMinor, heldMinor + moreIn(['sent', 'unknown', 'reversing'])]
  return captured === null ? perhaps : [...perhaps, captured.amountMinor]
}

/** What stands at the acquirer and was never answered to this database: one that was lost had asked for it. */
function forgottenIncrements(
  { increments = [] }: AuditAcquirerEntry,
  gateway: AuditGatewayPayment | null,
): AuditAcquirerIncrement[] {
  const answered = (gateway?.increments ?? []).filter(({ state }) => state !== 'due' && state !== 'canceled')
  const known = new Set(answered.map(({ rrn }) => rrn.trim()))
  return increments.filter(
    ({ ids, outcome, reversed }) => outcome === 'approved' && !reversed && !known.has(ids.rrn.trim()),
  )
}

function sumOf(increments: readonly AuditAcquirerIncrement[]): number {
  return increments.reduce((sum, { answeredMinor }) => sum + answeredMinor, 0)
}

function moreOf({ ids, answeredMinor }: AuditAcquirerIncrement): string {
  return `${answeredMinor} by RRN ${ids.rrn}`
}

function* atRest(sale: AuditSale): Generator<[SaleCode, string]> {
  const { device, onDevice, gateway, acquirer, word } = sale
  const charges = acquirer.filter((entry) => entry.chargedMinor > 0)
  const net = charges.length
  if (net > 1) yield ['approved_twice', `charged ${net} times: ${charges.map(nameOf).join(', ')}`]
  if (onDevice?.state === 'FAILED_TO_UPLOAD') {
    yield ['accepted_but_parked', 'the gateway keeps the record for review']
    return
  }
  if (gateway === null) {
    if (word === 'accepted') yield ['accepted_but_missing_at_gateway', `on the device: ${onDevice?.state}`]
    return
  }
  // A till deletes what is settled after a while; a sale that it has to end must be there.
  if (device !== null && onDevice === null && gateway.word === 'open')
    yield ['missing_on_device', `device ${device.deviceId} has no such payment in its journal`]
  if (word === 'accepted' && gateway.word !== 'accepted')
    yield ['acceptance_not_known_at_gateway', `the gateway heard: ${gateway.word}`]
  if (word === 'voided' && gateway.word !== 'voided')
    yield ['void_not_known_at_gateway', `the gateway heard: ${gateway.word}`]
  if (word === 'voided' && net > 0)
    yield ['approved_but_not_accepted', `voided, and still charged: ${acquirer.map(nameOf).join(', ')}`]
  if (word !== 'voided' && gateway.word === 'voided' && net > 0)
    yield ['approved_but_not_accepted', 'the gateway heard a void, and it is still charged']
  yield* outcomes(onDevice, gateway, acquirer, net)
}

function* outcomes(
  onDevice: AuditDevicePayment | null,
  gateway: AuditGatewayPayment,
  acquirer: readonly AuditAcquirerEntry[],
  net: number,
): Generator<[SaleCode, string]> {
  const { status } = gateway
  const authorised = status === 'succeeded' || status === 'requires_capture'
  if (authorised && net === 0) {
    const undone = acquirer.find((entry) => entry.outcome === 'approved' && entry.reversed)
    yield undone === undefined
      ? ['approval_not_at_acquirer', `the gateway says ${status}, the acquirer charges nothing`]
      : ['accepted_but_reversed', `the gateway says ${status}, ${nameOf(undone)} was reversed`]
  }
  if (status === 'declined' && net > 0)
    yield ['declined_but_approved', `closed as declined, and charged: ${acquirer.map(nameOf).join(', ')}`]
  const device = onDevice?.state
  if ((device === 'PROCESSED' || device === 'ACCEPTED_ONLINE') && !authorised && gateway.word !== 'voided')
    yield ['outcome_differs', `device: ${device}, gateway: ${status}`]
  if (device === 'FAILED_TO_PROCESS' && status !== 'declined')
    yield ['outcome_differs', `device: ${device}, gateway: ${status}`]
}

function nameOf({ mti, stan, rrn }: AuditAcquirerEntry): string {
  return `${mti} STAN ${stan} RRN ${rrn}`
}

const REMEDIES: Record<SaleCode, string> = {
  accepted_but_missing_at_gateway:
    'Keep the device. Connect it; if it says that nothing is queued, export its journal and hand the record to intake.',
  accepted_but_parked: 'Open the record under review in the dashboard, then release or refuse it.',
  accepted_but_reversed:
    'Ask the customer to pay again, or present the sale again if the card is still known.',
  acceptance_not_known_at_gateway: 'Connect the device and wait until its queue is empty.',
  acquirer_unknown: 'Reverse it at the acquirer, then find out which gateway sent it.',
  amount_differs: 'Refund or reverse the difference, and report it: amounts are bound by a seal.',
  approval_not_at_acquirer: 'Ask the acquirer with STAN and RRN before anything is captured.',
  approved_but_not_accepted: 'Reverse the approval: the customer did not buy with this card.',
  approved_twice: 'Reverse all charges but the one that the receipt names.',
  declined_but_approved:
    'Ask the acquirer; reverse the approval, since the goods were not handed over for it.',
  declined_reversed: 'Nothing is owed. Ask the acquirer why a reversal was sent for a refused request.',
  increment_not_known_at_gateway:
    'A lost database had asked for it. Ask for the same totals again, in that order: they are counted, and not held twice. Where that is refused, capture or cancel: either gives back the rest.',
  missing_on_device:
    'The device was wiped or restored: nobody will end this sale. Compare receipts by hand, then void it.',
  needs_attention: 'Open the payment in the dashboard: it names what a person has to decide.',
  outcome_differs: 'Connect the device until its feed is read to the end; the signed outcome decides.',
  void_not_known_at_gateway: 'Connect the device and wait until its queue is empty.',
}
