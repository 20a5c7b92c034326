import { assert, type Money, toBase64Url } from '@holdfast/core'
import { openCard } from '@holdfast/envelope'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeX25519Pair } from '@holdfast/envelope/node'
import type { CardRead, CardSecrets, ReadRequest } from '@holdfast/protocol'
import {
  createSimulatedReader,
  type SimulatedReader,
  type SimulatedReaderOptions,
} from '../simulated-reader.ts'

const READER_ID = 'rdr_000000000000000000000001'
export const gateway = nodeX25519Pair(generateNodeKey('x25519'))
const sealKey = { keyId: keyIdOf(gateway.publicKey), publicKey: toBase64Url(gateway.publicKey) }

export function testReader(options: Partial<SimulatedReaderOptions> = {}): SimulatedReader {
  const fingerprintKey = new Uint8Array(32).fill(7)
  return createSimulatedReader({
    readerId: READER_ID,
    serialNumber: 'SIM-00042',
    crypto: nodeCrypto,
    fingerprintKey,
    ...options,
  })
}

/** Friday 4 September 2026, 23:30:05 UTC, at a till two hours ahead. */
const SALE_TIME = { nowMs: Date.UTC(2026, 8, 4, 23, 30, 5), utcOffsetMin: 120 }

export function readRequest(
  read: number | string = 1,
  money: Money = { amountMinor: 1_234, currency: 'eur' },
): ReadRequest {
  const readId = `read_${String(read).padStart(24, '0')}`
  return {
    readId,
    money,
    sealKey,
    ...SALE_TIME,
    context: {
      account: 'acct_000000000000000000000001',
      mode: 'test',
      device: 'dev_000000000000000000000001',
      reader: READER_ID,
      payment: 'pi_000000000000000000000001',
      read: readId,
      ...money,
    },
  }
}

export async function readCard(
  reader: SimulatedReader,
  card: string,
  request: ReadRequest = readRequest(),
): Promise<CardRead> {
  const begun = reader.begin(request)
  reader.present(card)
  const result = await begun
  assert(result.status === 'read', `${card} is read`)
  return result.read
}

export async function secretsOf(read: CardRead, request: ReadRequest = readRequest()): Promise<CardSecrets> {
  const opened = await openCard(nodeCrypto, () => gateway, request.context, read.sealed)
  assert(opened.ok, 'the sealed block opens')
  return opened.secrets
}
