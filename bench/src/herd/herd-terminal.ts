import { must, toBase64Url } from '@holdfast/core'
import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { INTAKE_RECORDS_MAX, type WireRecord } from '@holdfast/protocol'
import { nodeClock } from '@holdfast/sdk/node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { createTestDevice, sampleDevice, sampleId, seedDevice, type TestDevice } from './gateway-parts.ts'

export interface Delivered {
  readonly requests: number
  /** Answered 429: heard, and nothing done. */
  readonly refused: number
  readonly failed: number
}

const clock = nodeClock()

/** A terminal that the gateway knows, with a key of its own. */
export async function addTerminal(
  pool: Pool,
  number: number,
  sealKey: { readonly keyId: string; readonly publicKey: string },
): Promise<TestDevice> {
  const key = nodeSigningKey(generateNodeKey('ed25519'))
  const keys = [{ keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }]
  const row = sampleDevice(number, { keys })
  await seedDevice(pool, row)
  return createTestDevice({ row, readerId: sampleId('rdr', number), key, sealKey, crypto: nodeCrypto, clock })
}

/** What a terminal seals cards to. */
export async function readSealKey(pool: Pool): Promise<{ keyId: string; publicKey: string }> {
  const { rows } = await pool.query<{ keyId: string; publicKey: string }>(
    `select key_id as "keyId", public_key as "publicKey" from gateway_keys
     where purpose = 'sealing' and retired_ms is null`,
  )
  return must(rows[0], 'a gateway that has started has its keys')
}

/** What an outage has left in it: each payment with its opening. Every card is another one. */
export async function storePayments(device: TestDevice, payments: number): Promise<readonly WireRecord[]> {
  const records: WireRecord[] = []
  for (let at = 0; at < payments; at += 1) {
    const sale = device.newSale()
    const read = await device.read(sale)
    const card = { ...read.card, fingerprint: `${device.row.terminalId}${String(at).padStart(6, '0')}` }
    records.push((await device.opened(sale)).wire, (await device.stored(sale, { ...read, card })).wire)
  }
  return records
}

/** As the SDK's forwarder does it: one record at first, up to fifty, the server's hint with jitter, never two at once. */
export async function deliver(
  device: TestDevice,
  records: readonly WireRecord[],
  url: string,
  onTaken: (tookMs: number) => void = () => undefined,
): Promise<Delivered> {
  const counted = { requests: 0, refused: 0, failed: 0 }
  let [from, size] = [0, 1]
  while (from < records.length) {
    const batch = records.slice(from, from + size)
    const body = { manifest: device.manifest(), records: batch }
    const asked = await device.request('POST', '/device/v1/records', body)
    counted.requests += 1
    const startedMs = performance.now()
    const answer = await fetch(url + asked.path, {
      method: 'POST',
      headers: asked.headers as Record<string, string>,
      body: asked.body,
    }).catch(() => null)
    await answer?.arrayBuffer().catch(() => null)
    if (answer?.status === 200) {
      onTaken(performance.now() - startedMs)
      from += batch.length
      size = Math.min(INTAKE_RECORDS_MAX, size * 2)
      continue
    }
    if (answer?.status === 429) counted.refused += 1
    else counted.failed += 1
    const hintMs = Number(answer?.headers.get('retry-after') ?? 1) * 1_000
    await sleep(hintMs + Math.random() * 500)
  }
  return counted
}
