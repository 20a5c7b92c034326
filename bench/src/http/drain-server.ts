import { createBenchGateway } from '../gateway/bench-gateway.ts'
import type { PaymentRecord } from '../queue/payment-record.ts'
import type { Fault } from '../gateway/fault-plan.ts'
import { serve } from '../gateway/serve.ts'

/** Where a queue is drained to, and what it saw there. */
export interface DrainServer {
  readonly url: string
  /** How often each payment came and was taken. */
  readonly arrivals: ReadonlyMap<string, number>
  /** How often each payment took effect. */
  charges(): ReadonlyMap<string, number>
  /** From the first arrival to the last new one. */
  spanMs(): number
  close(): void
}

export interface DrainServerOptions {
  readonly nextFault?: () => Fault
  /** Also asked for a fault when it is false: while a queue is filled, nothing goes wrong. */
  readonly armed: () => boolean
}

/** Takes one JSON record per request and has never heard of repeats: each arrival takes effect. */
export async function startPlainServer(options: DrainServerOptions): Promise<DrainServer> {
  const seen = arrivalsOf()
  const served = await serve({
    ...faultsOf(options),
    async answer({ body }) {
      seen.add((JSON.parse(body) as PaymentRecord).id)
      return { status: 200, body: '{"ok":true}' }
    },
  })
  return { ...served, ...seen.view, charges: () => seen.view.arrivals }
}

/** The real intake behind the real device API, with signatures, over the store that the simulation uses. */
export async function startGatewayServer(options: DrainServerOptions): Promise<DrainServer> {
  const seen = arrivalsOf()
  const gateway = createBenchGateway()
  const served = await serve({
    ...faultsOf(options),
    async answer(request) {
      const answer = await gateway.answer(request)
      if (request.path === '/device/v1/records' && answer.status === 200) {
        for (const paymentId of acceptedIn(request.body)) seen.add(paymentId)
      }
      return answer
    },
  })
  return { ...served, ...seen.view, charges: () => gateway.charges() }
}

function faultsOf({ nextFault, armed }: DrainServerOptions): { nextFault?: () => Fault } {
  return nextFault === undefined ? {} : { nextFault: () => (armed() ? nextFault() : 'none') }
}

function arrivalsOf() {
  const arrivals = new Map<string, number>()
  let [firstMs, lastMs] = [0, 0]
  return {
    add(id: string) {
      const nowMs = performance.now()
      if (arrivals.size === 0) firstMs = nowMs
      if (!arrivals.has(id)) lastMs = nowMs
      arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
    },
    view: { arrivals, spanMs: () => lastMs - firstMs },
  }
}

function acceptedIn(body: string): string[] {
  const batch = JSON.parse(body) as { records: readonly { header: string }[] }
  return batch.records.flatMap(({ header }) => {
    const { kind, payment } = JSON.parse(header) as { kind: string; payment?: string }
    return kind === 'payment.accepted' && payment !== undefined ? [payment] : []
  })
}
