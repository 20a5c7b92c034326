import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import type { Manifest, WireRecord } from '@holdfast/protocol'
import { createTerminal } from '@holdfast/sdk'
import { nodeClock, openSqliteJournalStore } from '@holdfast/sdk/node'
import type { BenchGateway } from '../gateway/bench-gateway.ts'
import type { DeviceRow } from '@holdfast/gateway'
import { holdfastQueue } from '../queue/holdfast-queue.ts'

/** A device with the records of an outage, as its forwarder would send them. */
export interface SoldOffline {
  readonly device: DeviceRow
  readonly records: readonly WireRecord[]
  readonly manifest: Manifest
  readonly payments: number
}

export async function sellOffline(gateway: BenchGateway, payments: number): Promise<SoldOffline> {
  const store = openSqliteJournalStore(':memory:')
  const terminal = await createTerminal({
    store,
    crypto: nodeCrypto,
    key: nodeSigningKey(generateNodeKey('ed25519')),
    clock: nodeClock(),
    network: {
      async request({ method, path, headers, body }) {
        const answer = await gateway.answer({ method, path, headers, body: body ?? '' })
        return { reached: true, ...answer, retryAfterMs: null }
      },
    },
    app: 'bench',
    storeName: 'sqlite',
  })
  const queue = await holdfastQueue(terminal, 'sale')
  for (let sold = 0; sold < payments; sold += 1) await queue.append()
  const rows = await store.records({ afterSeq: 0, limit: payments * 3 + 10 })
  const head = await store.head()
  if (head === null || terminal.deviceId === null) throw new Error('the device has enrolled')
  const device = { ...gateway.device(terminal.deviceId), lease: null, statedSeq: 0, receivedSeq: 0 }
  await terminal.close()
  const manifest = { headSeq: head.seq, headHash: head.hash, ...head.backlog }
  return { device, records: rows.map(({ wire }) => wire), manifest, payments }
}
