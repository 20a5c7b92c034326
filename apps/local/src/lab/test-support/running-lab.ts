import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { SupervisedProcess } from '../../process/supervised-process.ts'
import { openTcpSwitch, type TcpSwitch } from '../../switch/tcp-switch.ts'
import { LabDevice } from '../lab-device.ts'
import { createLabServer } from '../lab-server.ts'
import { createSwitchboard } from '../lab-state.ts'

/** A cashier's program reduced to what the lab hears of it; `amountMinor` 666 never ends. */
const cashierProgram = `
  import { createServer } from 'node:http'
  let sold = 0
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (request.url === '/state')
      return response.end(JSON.stringify({ deviceId: 'dev_1', networkStatus: 'online', outage: null, queued: sold, atRisk: {}, lastContactMs: 1 }))
    const order = JSON.parse(text)
    sold += 1
    process.send({ type: 'sale_opened', order: order.order, saleId: 'sale_' + sold, paymentId: 'pi_' + sold })
    if (order.amountMinor === 666) return
    response.end(JSON.stringify({ saleId: 'sale_' + sold, paymentId: 'pi_' + sold, result: 'approved' }))
  })
  server.listen(0, '127.0.0.1', () => process.send({ type: 'listening', port: server.address().port }))
`

export interface RunningLab {
  readonly url: string
  /** Two of the internet, then service, then acquirer. */
  readonly lines: readonly TcpSwitch[]
  readonly device: LabDevice
  readonly dataDir: string
  close(): Promise<void>
}

/** The lab with real lines and one device that is a real process. */
export async function openLab(): Promise<RunningLab> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-lab-'))
  const script = path.join(folder, 'cashier.mts')
  writeFileSync(script, cashierProgram)
  const target = createServer((socket) => void socket.end('hello').on('error', () => {})).listen(
    0,
    '127.0.0.1',
  )
  await once(target, 'listening')
  // Listening on an IP port, so the address is not a pipe's name.
  const { port } = target.address() as AddressInfo
  const open = () => openTcpSwitch({ port: 0, target: { host: '127.0.0.1', port } })
  const [shop, till, service, acquirer] = [await open(), await open(), await open(), await open()]
  const dataDir = path.join(folder, 'devices', 'cashier-1')
  mkdirSync(dataDir, { recursive: true })
  const device = new LabDevice({
    name: 'cashier-1',
    dataDir,
    script,
    environment: () => Promise.resolve({}),
    supervise: (program) => new SupervisedProcess({ program, logFolder: folder, log: () => {} }),
  })
  await device.start()
  const app = createLabServer({
    switchboard: createSwitchboard({ internet: [shop, till], service, acquirer }),
    devices: [device],
    services: [device.process],
    createDeviceCode: () => Promise.resolve('ABCD2345'),
    links: { Till: 'http://localhost:1' },
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const lines = [shop, till, service, acquirer]
  return {
    url,
    lines,
    device,
    dataDir,
    async close() {
      await app.close()
      await device.process.stop()
      await Promise.all(lines.map((line) => line.close()))
      target.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
