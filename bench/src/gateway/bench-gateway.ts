import { currencies, fromBase64Url, must, newId, toBase64Url } from '@holdfast/core'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import { parseJson } from '@holdfast/envelope'
import { nodeClock } from '@holdfast/sdk/node'
import { type EnrolmentAnswer, enrolmentRequest } from '@holdfast/protocol'
import { BENCH_READER_ID } from '../queue/bench-reader.ts'
import type { ServedAnswer, ServedRequest } from './serve.ts'
import {
  type AcquirerPort,
  createAuthoriser,
  createChangeNotifier,
  createDeviceApi,
  createMemoryGatewayStore,
  defaultAcquirerProfile,
  defaultOfflineTerms,
  type DeviceRow,
  type GatewayKeys,
  type GatewayWorld,
  LEASE_VALID_FOR_MS,
  type LeaseTerms,
  newMemoryGatewayState,
  renewLease,
} from '@holdfast/gateway'
import { indexedRecords } from './indexed-records.ts'

export interface BenchGateway {
  readonly world: GatewayWorld
  /** The real device API; enrolment takes any code. */
  answer(request: ServedRequest): Promise<ServedAnswer>
  /** The row of a device that has enrolled. */
  device(deviceId: string): DeviceRow
  /** How many attempts each accepted payment has: more than one would ask the issuer twice. */
  charges(): ReadonlyMap<string, number>
}

/** Enrolment, leases and intake as the gateway does them, in memory; online sales only where there is an acquirer. */
export function createBenchGateway({ acquirer }: { acquirer?: AcquirerPort } = {}): BenchGateway {
  const state = newMemoryGatewayState()
  const clock = nodeClock()
  const world: GatewayWorld = {
    store: indexedRecords(createMemoryGatewayStore(state)),
    clock,
    crypto: nodeCrypto,
    keys: newGatewayKeys(),
    profile: defaultAcquirerProfile,
    log: { info: () => undefined, error: () => undefined },
    changes: createChangeNotifier(clock),
  }
  const terms = () => benchTerms(clock.wallMs())
  const api = createDeviceApi(world, acquirer ?? { state: () => 'up' }, () => Promise.resolve(terms()))
  if (acquirer !== undefined) createAuthoriser(world, acquirer).start()

  async function enrol(body: string): Promise<EnrolmentAnswer> {
    const { publicKey } = enrolmentRequest.parse(parseJson(body))
    const known = [...state.devices.values()].find(({ keys }) => keys[0]?.publicKey === publicKey)
    const device = known ?? newDevice(publicKey, state.devices.size + 1)
    state.devices.set(device.deviceId, device)
    const lease = await renewLease(world, device, terms())
    return { device: device.deviceId, reader: BENCH_READER_ID, lease }
  }

  return {
    world,
    async answer(request) {
      if (request.path === '/device/v1/enrolments') {
        return { status: 200, body: JSON.stringify(await enrol(request.body)) }
      }
      const { status, body } = await api(request)
      return { status, body: JSON.stringify(body) }
    },
    device: (deviceId) => must(state.devices.get(deviceId), 'the device has enrolled'),
    charges() {
      const accepted = [...state.payments.values()].filter(({ story }) => story.word.said === 'accepted')
      return new Map(accepted.map(({ story }) => [story.paymentId, story.attempts.length]))
    },
  }
}

function newGatewayKeys(): GatewayKeys {
  const pair = nodeX25519Pair(generateNodeKey('x25519'))
  const keyId = keyIdOf(pair.publicKey)
  return {
    signing: nodeSigningKey(generateNodeKey('ed25519')),
    sealKey: (wanted) => (wanted === keyId ? pair : null),
    vaultKey: nodeCrypto.randomBytes(32),
    sealPublicKeys: [{ keyId, publicKey: toBase64Url(pair.publicKey) }],
  }
}

/** Limits so wide that none is met: a bench of 100 000 payments is not what they are for. */
function benchTerms(nowMs: number): LeaseTerms {
  const plenty = Object.fromEntries(currencies.map((currency) => [currency, 900_000_000_000]))
  const { kinds } = defaultOfflineTerms
  const widened = Object.entries(kinds).map(([kind, terms]) => [
    kind,
    { ...terms, perPaymentMinor: plenty, storedTotalMinor: plenty, storedCount: 10_000_000 },
  ])
  return {
    accountName: 'Bench',
    locationName: 'Bench',
    validForMs: LEASE_VALID_FOR_MS,
    currencies: ['eur'],
    tipping: null,
    offered: null,
    liability: { acceptedBy: 'Bench', acceptedMs: nowMs, textVersion: '1' },
    offline: {
      ...defaultOfflineTerms,
      kinds: Object.fromEntries(widened),
      deviceTotals: { storedTotalMinor: plenty, storedCount: 10_000_000 },
    },
    readers: [{ reader: BENCH_READER_ID, model: 'bench', offlineCapable: true, lastOnlineMs: nowMs }],
  }
}

function newDevice(publicKey: string, number: number): DeviceRow {
  const ids = { wallMs: () => Date.now(), randomBytes: (length: number) => nodeCrypto.randomBytes(length) }
  const raw = must(fromBase64Url(publicKey), 'the schema admits only keys')
  return {
    account: 'acct_000000000000000000000001',
    mode: 'test',
    deviceId: newId('dev', ids),
    location: 'loc_000000000000000000000001',
    terminalId: `HF${String(number).padStart(6, '0')}`,
    keys: [{ keyId: keyIdOf(raw), publicKey }],
    status: 'active',
    statedSeq: 0,
    receivedSeq: 0,
    syncedGeneration: 1,
    lease: null,
  }
}
