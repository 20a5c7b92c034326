import type {
  AuditAcquirerEntry,
  AuditDevice,
  AuditDevicePayment,
  AuditGatewayPayment,
  AuditInput,
  AuditSale,
} from './audit-input.ts'

/** Every sale that anybody knows, and the charges at the acquirer that belong to none. */
export function collectSales(input: AuditInput): {
  sales: AuditSale[]
  strangers: AuditAcquirerEntry[]
} {
  const gateway = new Map(input.gateway.map((payment) => [payment.paymentId, payment]))
  const devices = new Map(input.devices.map((device) => [device.deviceId, device]))
  const onDevice = new Map<string, { device: AuditDevice; payment: AuditDevicePayment }>()
  for (const device of input.devices) {
    for (const payment of device.payments) onDevice.set(payment.paymentId, { device, payment })
  }
  const { byPayment, strangers } = joinAcquirer(input)
  const ids = new Set([...onDevice.keys(), ...gateway.keys()])
  const sales = [...ids].map((paymentId) => {
    const here = onDevice.get(paymentId)
    const there = gateway.get(paymentId) ?? null
    const device = here?.device ?? (there === null ? null : (devices.get(there.deviceId) ?? null))
    return saleOf(paymentId, device, here?.payment ?? null, there, byPayment.get(paymentId) ?? [])
  })
  return { sales, strangers }
}

function saleOf(
  paymentId: string,
  device: AuditDevice | null,
  onDevice: AuditDevicePayment | null,
  gateway: AuditGatewayPayment | null,
  acquirer: readonly AuditAcquirerEntry[],
): AuditSale {
  const word = wordOf(onDevice, gateway)
  return {
    paymentId,
    device,
    onDevice,
    gateway,
    acquirer,
    word,
    inMotion: isInMotion(device, onDevice, gateway),
  }
}

function wordOf(onDevice: AuditDevicePayment | null, gateway: AuditGatewayPayment | null): AuditSale['word'] {
  switch (onDevice?.state) {
    case undefined:
      return gateway?.word ?? 'open'
    case 'OPEN':
      return 'open'
    case 'VOIDED':
      return 'voided'
    case 'ACCEPTED_ONLINE':
    case 'QUEUED':
    case 'UPLOADED':
    case 'PROCESSED':
    case 'FAILED_TO_PROCESS':
    case 'FAILED_TO_UPLOAD':
      return 'accepted'
  }
}

function isInMotion(
  device: AuditDevice | null,
  onDevice: AuditDevicePayment | null,
  gateway: AuditGatewayPayment | null,
): boolean {
  if (onDevice?.state === 'QUEUED' || onDevice?.state === 'OPEN') return true
  const unheard = onDevice !== null && gateway?.word !== wordOf(onDevice, gateway)
  if (unheard && device !== null && !device.drained) return true
  if (gateway === null || gateway.attention !== null) return false
  if (gateway.word === 'accepted' && gateway.status === 'processing') return true
  if (gateway.increments?.some(({ state }) => MOVING.has(state)) === true) return true
  return gateway.attempts.some(
    ({ state }) => MOVING.has(state) || (state === 'approved' && gateway.word === 'open'),
  )
}

const MOVING: ReadonlySet<string> = new Set(['sent', 'unknown', 'reversing'])

/** The RRN is derived from payment and attempt, so it joins also what another gateway process has sent. */
function joinAcquirer({ gateway, acquirer }: AuditInput): {
  byPayment: Map<string, AuditAcquirerEntry[]>
  strangers: AuditAcquirerEntry[]
} {
  const paymentByKey = new Map<string, string>()
  for (const { paymentId, terminalId, attempts } of gateway) {
    for (const { rrn } of attempts) {
      if (rrn !== null) paymentByKey.set(`${terminalId.trim()} ${rrn}`, paymentId)
    }
  }
  const byPayment = new Map<string, AuditAcquirerEntry[]>()
  const strangers: AuditAcquirerEntry[] = []
  for (const entry of acquirer) {
    const paymentId = paymentByKey.get(`${entry.terminal.trim()} ${entry.rrn.trim()}`)
    if (paymentId !== undefined) byPayment.set(paymentId, [...(byPayment.get(paymentId) ?? []), entry])
    else if (entry.chargedMinor > 0) strangers.push(entry)
  }
  return { byPayment, strangers }
}
