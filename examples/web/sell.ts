// npx vite examples/web, then open /?gateway=<url>&code=<device code>
import { webCrypto } from '@holdfast/envelope/web'
import { openWebTerminal, persistStorage } from '@holdfast/sdk/web'
import { simulatedDriver } from '../simulated-driver.ts'

const wanted = new URL(location.href).searchParams
const show = (id: string, text: string) => document.getElementById(id)?.replaceChildren(text)

const terminal = await openWebTerminal({
  gatewayUrl: wanted.get('gateway') ?? 'http://127.0.0.1:4000',
  app: 'sell-page/1.0.0',
  readerDrivers: [simulatedDriver(webCrypto, 'EXAMPLE-WEB')],
})
void persistStorage()
terminal.on(() => void showAll())

for (const { info } of await terminal.discoverReaders()) await terminal.connectReader(info.serialNumber)
const enrolled = await terminal.enrol({ code: wanted.get('code') ?? '', name: 'Example page' })
if (enrolled.status === 'refused') show('result', enrolled.code)
await showAll()

document.getElementById('sell')?.addEventListener('click', () => void sell())
document.getElementById('sell')?.removeAttribute('disabled')

async function sell(): Promise<void> {
  const sale = await terminal.createPaymentIntent({ amountMinor: 450, currency: 'eur' })
  if (sale.status === 'refused') return show('result', sale.code)
  await terminal.collectPaymentMethod(sale.intent)
  const result = await terminal.confirmPaymentIntent(sale.intent)
  show('result', result.status === 'refused' ? result.code : `${result.status} ${result.paymentId}`)
}

/** `stored` is not an approval: the list below says what has become of it. */
async function showAll(): Promise<void> {
  show('network', terminal.offlineStatus().networkStatus)
  const lines = (await terminal.queue.list()).map(({ id, status }) => {
    const line = document.createElement('li')
    line.append(`${status} ${id}`)
    return line
  })
  document.getElementById('queue')?.replaceChildren(...lines)
}
