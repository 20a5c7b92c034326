import type { Terminal } from '@holdfast/sdk'
import { benchReader } from './bench-reader.ts'
import { type BenchQueue, timed } from './bench-queue.ts'

/** `payment`: from "confirm" to stored. `sale`: with the durable opening before it, which arms the reader. */
export type HoldfastPart = 'payment' | 'sale'

export const ENROLMENT_CODE = 'BENCHBENCH'

/** The SDK as an app uses it: hash, signature, chain, limits and journal are all in it. */
export async function holdfastQueue(terminal: Terminal, part: HoldfastPart): Promise<BenchQueue> {
  terminal.useReader(benchReader())
  if (terminal.deviceId === null) {
    const enrolled = await terminal.enrol({ code: ENROLMENT_CODE, name: 'Bench' })
    if (enrolled.status !== 'enrolled') throw new Error(`not enrolled: ${enrolled.code}`)
  }
  terminal.setForcedOffline(true)
  const acknowledged: string[] = []

  async function open() {
    const created = await terminal.createPaymentIntent({ amountMinor: 1_234, currency: 'eur' })
    if (created.status !== 'created') throw new Error(`not created: ${created.code}`)
    const collected = await terminal.collectPaymentMethod(created.intent)
    if (collected.status !== 'collected') throw new Error(`not collected: ${collected.status}`)
    return created.intent
  }

  async function sell(): Promise<{ saleMs: number; paymentMs: number }> {
    const startedMs = performance.now()
    const intent = await open()
    const paymentMs = await timed(async () => {
      const result = await terminal.confirmPaymentIntent(intent, { offlineBehavior: 'force_offline' })
      if (result.status !== 'stored') throw new Error(`not stored: ${JSON.stringify(result)}`)
    })
    acknowledged.push(intent.paymentId)
    return { saleMs: performance.now() - startedMs, paymentMs }
  }

  return {
    acknowledged,
    async append() {
      const { saleMs, paymentMs } = await sell()
      return part === 'sale' ? saleMs : paymentMs
    },
    waiting: () => queuedIds(terminal),
    async drain() {
      terminal.setForcedOffline(false)
      while (terminal.offlineStatus().queued > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    close: () => terminal.close(),
  }
}

/** A parked payment is still there, for a person to see; it waits too. */
async function queuedIds(terminal: Terminal): Promise<string[]> {
  const ids: string[] = []
  let beforeId: string | undefined
  for (;;) {
    const page = await terminal.payments(beforeId === undefined ? { limit: 500 } : { limit: 500, beforeId })
    for (const { paymentId, state } of page) {
      if (state === 'QUEUED' || state === 'FAILED_TO_UPLOAD') ids.push(paymentId)
    }
    beforeId = page.at(-1)?.paymentId
    if (page.length < 500) return ids
  }
}
