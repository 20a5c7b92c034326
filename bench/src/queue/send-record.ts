import type { PaymentRecord } from './payment-record.ts'

/** One record to the plain server, as a careful developer would. Throws on anything but a 2xx. */
export async function sendRecord(url: string, record: PaymentRecord): Promise<void> {
  const response = await fetch(url, { ...requestOf(record), signal: AbortSignal.timeout(SEND_TIMEOUT_MS) })
  await response.text()
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
}

export function requestOf(record: PaymentRecord): {
  method: 'POST'
  headers: Record<string, string>
  body: string
} {
  const headers = { 'content-type': 'application/json', 'idempotency-key': record.id }
  return { method: 'POST', headers, body: JSON.stringify(record) }
}

/** The SDK's own: full jitter over a doubling bound, so that no contestant wins by hammering the server. */
function backoffMs(failures: number): number {
  return Math.random() * Math.min(60_000, 500 * 2 ** Math.min(failures, 10))
}

/** The oldest first, one at a time, until `next` has nothing more. */
export async function sendAll(
  url: string,
  next: () => Promise<PaymentRecord | null>,
  delivered: (record: PaymentRecord) => Promise<void>,
): Promise<void> {
  let failures = 0
  for (let record = await next(); record !== null; record = await next()) {
    try {
      await sendRecord(url, record)
      failures = 0
    } catch {
      failures += 1
      const delayMs = backoffMs(failures)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      continue
    }
    await delivered(record)
  }
}

const SEND_TIMEOUT_MS = 10_000
