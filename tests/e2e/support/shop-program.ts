import { setTimeout as sleep } from 'node:timers/promises'

import { openCashierReader } from '../../../apps/local/src/cashier/cashier-reader.ts'
import { createDeviceCode } from '../../../apps/local/src/stack/demo-gateway.ts'
import { nodeCrypto } from '../../../packages/envelope/src/node-crypto.ts'
import type { ConfirmResult, PaymentIntent, Terminal } from '../../../packages/sdk/src/index.ts'
import { openNodeTerminal } from '../../../packages/sdk/src/node/index.ts'
import type { ShopAnswer, ShopOptions, ShopRequest, ShopSale, ShopSold, TillState } from './shop-messages.ts'

/** A process with several tills in it, each with its own journal, key and reader, over the public SDK. */
type Till = { readonly name: string; readonly terminal: Terminal; readonly reader: Reader }
type Reader = ReturnType<typeof openCashierReader>

const PAGE = 500
const LATER_MS_MAX = 1_500

// Written by the test that starts this program.
const options = JSON.parse(process.env['HOLDFAST_SHOP'] ?? '') as ShopOptions
const tills = new Map<string, Till>()
for (const till of await Promise.all(options.tills.map(openTill))) tills.set(till.name, till)

process.on('message', (request: ShopRequest) => void answer(request))
process.once('SIGTERM', () => void stop())
tell({ ready: true })

async function openTill({ name, dataDir, gatewayUrl }: ShopOptions['tills'][number]): Promise<Till> {
  const terminal = await openNodeTerminal({ dataDir, gatewayUrl, app: 'holdfast-chaos/0.1.0' })
  const connect = (): Reader => {
    const readerId = terminal.settings()?.readerId ?? null
    const reader = openCashierReader({ dataDir, crypto: nodeCrypto, readerId })
    terminal.useReader(reader)
    return reader
  }
  connect()
  while (terminal.deviceId === null) {
    const code = await createDeviceCode(options.officeUrl)
    const result = code === null ? null : await terminal.enrol({ code, name })
    if (result?.status === 'refused') process.stderr.write(`${name} not enrolled: ${result.code}\n`)
    if (result?.status !== 'enrolled') await sleep(100)
  }
  // With the id that the gateway gave it: records and seals name it.
  return { name, terminal, reader: connect() }
}

async function answer(request: ShopRequest): Promise<void> {
  const { id } = request
  try {
    const till = request.do === 'sell' ? tills.get(request.till) : undefined
    if (request.do === 'look') tell({ id, answer: await Promise.all([...tills.values()].map(look)) })
    else if (till !== undefined) tell({ id, answer: await sell(till, request.sale) })
  } catch (error) {
    tell({ id, answer: { error: String(error) } })
  }
}

async function sell({ terminal, reader }: Till, sale: ShopSale): Promise<ShopSold> {
  const { card, secondCard, amountMinor, captureMethod = 'automatic', takenBack } = sale
  const created = await terminal.createPaymentIntent({
    amountMinor,
    currency: 'eur',
    captureMethod,
    offlineBehavior: sale.offlineBehavior ?? 'prefer_online',
  })
  if (created.status === 'refused')
    return { paymentId: null, result: 'refused', voided: false, code: created.code }
  const { intent } = created
  const { paymentId } = intent
  const ask = takenBack !== 'before_asking'
  let paid = await present({ terminal, reader }, intent, { card, ask })
  if (paid.result === 'declined' && secondCard !== undefined)
    paid = await present({ terminal, reader }, intent, { card: secondCard, ask })
  const accepted = paid.result === 'approved' || paid.result === 'stored'
  if (accepted && takenBack === undefined) return { paymentId, ...paid, voided: false }
  // So that its void meets the gateway between any two steps.
  if (takenBack === 'later') await sleep(Math.random() * LATER_MS_MAX)
  const taken = await terminal.cancelPaymentIntent(paymentId, 'canceled')
  // Its outcome may be here already, and then it stands.
  return { paymentId, ...paid, voided: taken.status === 'voided' }
}

async function present(
  { terminal, reader }: Pick<Till, 'terminal' | 'reader'>,
  intent: PaymentIntent,
  { card, ask }: { card: string; ask: boolean },
): Promise<Pick<ShopSold, 'result' | 'code'>> {
  reader.present(card)
  const collected = await terminal.collectPaymentMethod(intent)
  if (collected.status !== 'collected') {
    reader.cancel()
    return { result: 'refused', code: collected.status === 'refused' ? collected.code : 'canceled' }
  }
  return ask ? shown(await terminal.confirmPaymentIntent(intent)) : { result: 'not_asked', code: null }
}

function shown(confirmed: ConfirmResult): Pick<ShopSold, 'result' | 'code'> {
  switch (confirmed.status) {
    case 'approved':
    case 'stored':
      return { result: confirmed.status, code: null }
    case 'declined':
      return { result: 'declined', code: confirmed.responseCode }
    case 'refused':
      return { result: 'refused', code: confirmed.code }
  }
}

async function look({ name, terminal }: Till): Promise<TillState> {
  const { networkStatus, queued, atRisk } = terminal.offlineStatus()
  const payments: Record<string, number> = {}
  for (let page = await terminal.payments({ limit: PAGE }); page.length > 0;) {
    for (const { state } of page) payments[state] = (payments[state] ?? 0) + 1
    const beforeId = page.at(-1)?.paymentId ?? ''
    page = page.length < PAGE ? [] : await terminal.payments({ limit: PAGE, beforeId })
  }
  const undecided = Object.values(atRisk).reduce((sum, { count }) => sum + count, 0)
  return { name, deviceId: terminal.deviceId, networkStatus, queued, atRisk: undecided, payments }
}

async function stop(): Promise<void> {
  for (const { terminal } of tills.values()) await terminal.close()
  process.exit(0)
}

function tell(message: ShopAnswer): void {
  if (process.connected) process.send?.(message)
}
