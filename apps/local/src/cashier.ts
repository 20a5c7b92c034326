import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { nodeCrypto } from '@holdfast/envelope/node'
import type { SimulatedReader } from '@holdfast/reader'
import { openNodeTerminal } from '@holdfast/sdk/node'
import fastify from 'fastify'

import type { CashierMessage, CashierState, SaleOrder, SaleResult } from './cashier/cashier-messages.ts'
import { openCashierReader } from './cashier/cashier-reader.ts'
import { robotSale } from './cashier/robot-sale.ts'
import { createDeviceCode } from './stack/demo-gateway.ts'

/** A robot cashier: a real process with the Node SDK, its own journal and a simulated reader. */
const name = fromEnvironment('HOLDFAST_CASHIER_NAME')
const dataDir = fromEnvironment('HOLDFAST_CASHIER_DATA')
/** As the shop reaches the gateway, through the lab's switches. */
const gatewayUrl = fromEnvironment('HOLDFAST_CASHIER_GATEWAY_URL')
/** As an administrator reaches it, who reads out the device code. */
const officeUrl = fromEnvironment('HOLDFAST_CASHIER_OFFICE_URL')
/** Something else behind the same internet, to tell an outage of the gateway from one of the line. */
const elsewhereUrl = fromEnvironment('HOLDFAST_CASHIER_ELSEWHERE_URL')

const ENROL_AGAIN_MS = 500

const terminal = await openNodeTerminal({
  dataDir,
  gatewayUrl,
  app: 'holdfast-cashier/0.1.0',
  reachabilityTargets: [elsewhereUrl],
})
let reader = connectReader()

/** One customer after the other. */
let queue: Promise<unknown> = Promise.resolve()
const app = fastify({ forceCloseConnections: true })
app.get('/state', (): CashierState => {
  const { networkStatus, outage, queued, atRisk, lastContactMs } = terminal.offlineStatus()
  return { deviceId: terminal.deviceId, networkStatus, outage, queued, atRisk, lastContactMs }
})
app.post<{ Body: SaleOrder }>('/sales', ({ body }): Promise<SaleResult> => {
  const sale = queue.then(() =>
    robotSale(terminal, reader, body, (ids) => tell({ type: 'sale_opened', order: body.order, ...ids })),
  )
  queue = sale.catch(() => {})
  return sale
})
await app.listen({ port: 0, host: '127.0.0.1' })
// Listening on an IP port, so the address is not a pipe's name.
tell({ type: 'listening', port: (app.server.address() as AddressInfo).port })

const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
await enrolOnce()

/** Tries until it is told to stop: there is no gateway yet, or no way to it. */
async function enrolOnce(): Promise<void> {
  while (terminal.deviceId === null && !stopping.signal.aborted) {
    const code = await createDeviceCode(officeUrl)
    const result = code === null ? null : await terminal.enrol({ code, name })
    if (result?.status === 'enrolled') {
      reader = connectReader()
      return
    }
    if (result !== null) process.stderr.write(`not enrolled: ${result.code}\n`)
    await sleep(ENROL_AGAIN_MS)
  }
}

/** With the id that the gateway gave it, once it has: records and seals name it. */
function connectReader(): SimulatedReader {
  const readerId = terminal.settings()?.readerId ?? null
  const connected = openCashierReader({ dataDir, crypto: nodeCrypto, readerId })
  terminal.useReader(connected)
  return connected
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return
  stopping.abort()
  await app.close()
  await queue
  await terminal.close()
  process.exit(0)
}

function tell(message: CashierMessage): void {
  // Without a channel it was started by hand; with a closed one the supervisor is gone, and so are we in a moment.
  if (process.connected) process.send?.(message)
}

function fromEnvironment(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set`)
  return value
}
