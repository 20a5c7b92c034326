import {
  type CaptureMethod,
  type CardFacts,
  type Clock,
  type Crypto,
  type Currency,
  must,
  newId,
  type OfflineKind,
  type SigningKey,
} from '@holdfast/core'
import { makeRecord, sealCard, type SealedRecord, sha256Text, signText } from '@holdfast/envelope'
import { DEVICE_HEADER, type Manifest, type RecordHeader, requestText } from '@holdfast/protocol'
import type { DeviceRequest } from '../devices/device-api.ts'
import type { DeviceRow } from '../store/gateway-store.ts'
import { sampleCard, sampleReceipt } from './sample-rows.ts'

/** Published test numbers. */
export const TEST_PANS = { visa: '4242424242424242', mastercard: '5555555555554444' } as const
type TestCard = keyof typeof TEST_PANS

export interface TestSale {
  readonly saleId: string
  readonly paymentId: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly captureMethod: CaptureMethod
}

interface TestAttempt {
  readonly attemptId: string
  readonly readId: string
  readonly ordinal: number
  readonly card: CardFacts
  readonly sealed: string
  readonly sealedSha256: string
}

export interface TestDevice {
  readonly row: DeviceRow
  readonly readerId: string
  newSale(changes?: Partial<TestSale>): TestSale
  /** Reads a card for the sale. */
  read(sale: TestSale, card?: TestCard, ordinal?: number): Promise<TestAttempt>
  opened(sale: TestSale, changes?: object): Promise<SealedRecord>
  attempted(sale: TestSale, attempt: TestAttempt): Promise<SealedRecord>
  stored(sale: TestSale, attempt: TestAttempt, kind?: OfflineKind, changes?: object): Promise<SealedRecord>
  approved(sale: TestSale, attempt: TestAttempt): Promise<SealedRecord>
  voided(sale: TestSale, reason?: 'canceled' | 'abandoned'): Promise<SealedRecord>
  /** A record with anything in it, at the head of the chain or, with `prev` and `seq`, anywhere else. */
  append(body: object, sealed?: string | null): Promise<SealedRecord>
  /** Goes on from an earlier record: a clone or a restored copy. */
  rewindTo(record: SealedRecord): void
  manifest(): Manifest
  /** A request signed with this device's key. */
  request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<DeviceRequest>
}

export interface TestDeviceDeps {
  readonly row: DeviceRow
  readonly readerId: string
  readonly key: SigningKey
  readonly sealKey: { readonly keyId: string; readonly publicKey: string }
  readonly crypto: Crypto
  readonly clock: Clock
}

/** A device as the gateway meets it: real signatures, real seals, a real chain. */
export function createTestDevice(deps: TestDeviceDeps): TestDevice {
  const { row, readerId, key, sealKey, crypto, clock } = deps
  const source = { wallMs: () => clock.wallMs(), randomBytes: (n: number) => crypto.randomBytes(n) }
  const epoch = newId('ep', source)
  let head: { seq: number; hash: string | null } = { seq: 0, hash: null }

  async function append(body: object, sealed: string | null = null): Promise<SealedRecord> {
    const header = {
      v: 1,
      account: row.account,
      mode: row.mode,
      device: row.deviceId,
      key: key.keyId,
      epoch,
      seq: head.seq + 1,
      prev: head.hash,
      lease: null,
      times: {
        wallMs: clock.wallMs(),
        nowMs: clock.wallMs(),
        monotonicMs: clock.monotonicMs(),
        boot: clock.bootId,
        utcOffsetMin: 60,
        trust: 'trusted',
      },
      ...body,
    }
    // Tests also write what the schema refuses.
    const record = await makeRecord(crypto, key, header as unknown as RecordHeader, { sealed, contact: null })
    head = { seq: header.seq, hash: record.hash }
    return record
  }

  const money = ({ amountMinor, currency, captureMethod }: TestSale) => ({
    amountMinor,
    tipMinor: 0,
    currency,
    captureMethod,
  })
  const names = ({ saleId, paymentId }: TestSale) => ({ sale: saleId, payment: paymentId })
  const place = { location: row.location, reader: readerId, operator: null, reference: 'table 4' }
  const tried = ({ attemptId, ordinal, readId }: TestAttempt) => ({
    attempt: attemptId,
    ordinal,
    read: readId,
  })

  function accept(
    sale: TestSale,
    attempt: TestAttempt,
    decision: object,
    changes: object = {},
  ): Promise<SealedRecord> {
    const body = {
      kind: 'payment.accepted',
      ...names(sale),
      ...money(sale),
      ...place,
      ...tried(attempt),
      approver: null,
      decision,
      card: attempt.card,
      receipt: sampleReceipt,
      cartSha256: null,
      sealedSha256: attempt.sealedSha256,
      contactSha256: null,
      ...changes,
    }
    return append(body, attempt.sealed)
  }

  return {
    row,
    readerId,
    append,
    rewindTo(record) {
      head = { seq: record.header.seq, hash: record.hash }
    },
    newSale: (changes = {}) => ({
      saleId: newId('sale', source),
      paymentId: newId('pi', source),
      amountMinor: 1_250,
      currency: 'eur',
      captureMethod: 'automatic',
      ...changes,
    }),
    async read(sale, card = 'visa', ordinal = 1) {
      const pan = TEST_PANS[card]
      const readId = newId('read', source)
      const context = {
        account: row.account,
        mode: row.mode,
        device: row.deviceId,
        reader: readerId,
        payment: sale.paymentId,
        read: readId,
        amountMinor: sale.amountMinor,
        currency: sale.currency,
      }
      const track2 = `${pan}D30122010000000000`
      const secrets = { pan, expiry: '3012', panSequence: '01', track2, emv: '9F2608AABBCCDDEEFF0011' }
      const sealed = await sealCard(crypto, sealKey, context, secrets)
      const facts = {
        ...sampleCard,
        brand: card,
        last4: pan.slice(-4),
        bin: pan.slice(0, 8),
        fingerprint: card,
      }
      return {
        attemptId: newId('att', source),
        readId,
        ordinal,
        card: facts,
        sealed,
        sealedSha256: await sha256Text(crypto, sealed),
      }
    },
    opened: (sale, changes = {}) =>
      append({
        kind: 'sale.opened',
        ...names(sale),
        ...money(sale),
        ...place,
        reserved: true,
        pad: 'x'.repeat(400),
        ...changes,
      }),
    attempted: (sale, attempt) =>
      append(
        {
          kind: 'attempt.started',
          ...names(sale),
          ...money(sale),
          ...place,
          ...tried(attempt),
          card: attempt.card,
          cryptogramSha256: attempt.sealedSha256,
          sealedSha256: attempt.sealedSha256,
        },
        attempt.sealed,
      ),
    stored(sale, attempt, kind = 'deferred', changes = {}) {
      const decision = {
        via: 'offline',
        kind,
        why: 'internet',
        voiceCode: kind === 'voice' ? 'V01CE1' : null,
        uploadUntilMs: 4_000_000_000_000,
      }
      return accept(sale, attempt, decision, changes)
    },
    approved: (sale, attempt) =>
      accept(sale, attempt, { via: 'online', responseCode: '00', approvalCode: '123456' }),
    voided: (sale, reason = 'canceled') => append({ kind: 'payment.voided', ...names(sale), reason }),
    manifest: () => ({
      headSeq: head.seq,
      headHash: must(head.hash, 'a device with records has a head'),
      count: 0,
      sums: {},
      voids: 0,
    }),
    async request(method, path, body) {
      const text = body === undefined ? '' : JSON.stringify(body)
      const nonce = Buffer.from(crypto.randomBytes(16)).toString('base64url')
      const signed = requestText(method, path, nonce, await sha256Text(crypto, text))
      const signature = await signText(key, 'request', signed)
      const credential = { device: row.deviceId, key: key.keyId, nonce, signature }
      return { method, path, headers: { [DEVICE_HEADER]: JSON.stringify(credential) }, body: text }
    },
  }
}
