// node examples/node/sell-offline.ts <gateway url> <device code> <data directory>
import { nodeCrypto } from '@holdfast/envelope/node'
import { receiptOf } from '@holdfast/sdk'
import { openNodeTerminal } from '@holdfast/sdk/node'
import { simulatedDriver } from '../simulated-driver.ts'

const [gatewayUrl = 'http://127.0.0.1:4000', code = '', dataDir = 'example-till'] = process.argv.slice(2)
const say = (...words: readonly unknown[]) => process.stdout.write(`${words.join(' ')}\n`)

const terminal = await openNodeTerminal({
  gatewayUrl,
  dataDir,
  app: 'sell-offline/1.0.0',
  readerDrivers: [simulatedDriver(nodeCrypto, 'EXAMPLE-NODE')],
})
const drained = new Promise<void>((resolve) =>
  terminal.on((event) => {
    if (event.type === 'paymentForwarded') say('forwarded', event.payment.paymentId)
    if (event.type === 'queueDrained') resolve()
  }),
)

// Once, with internet: a reader, and a code that makes this program a device of the account.
for (const { info } of await terminal.discoverReaders()) await terminal.connectReader(info.serialNumber)
const enrolled = await terminal.enrol({ code, name: 'Example in Node' })
if (enrolled.status === 'refused') throw new Error(enrolled.code)
const limit = terminal.paymentSettings()?.offlineTransactionAmountLimit?.eur
say('offline up to', limit ?? 0, 'with', terminal.availableCardEntryMethods().join(', '))

// From here on nothing needs the network.
terminal.setForcedOffline(true)
const sale = await terminal.createPaymentIntent({ amountMinor: 450, currency: 'eur', reference: 'Table 7' })
if (sale.status === 'refused') throw new Error(sale.code)
const card = await terminal.collectPaymentMethod(sale.intent)
if (card.status !== 'collected') throw new Error('no card')
const result = await terminal.confirmPaymentIntent(sale.intent)
if (result.status !== 'stored') throw new Error(JSON.stringify(result))
const payment = await terminal.payment(result.paymentId)
const settings = terminal.settings()
if (payment !== null && settings !== null) say('receipt:', receiptOf(payment, settings)?.customer.wording)
say('stored', result.paymentId, 'safe to power off:', terminal.queue.safeToPowerOff())

terminal.setForcedOffline(false)
await drained
say('safe to power off:', terminal.queue.safeToPowerOff())
await terminal.close()
