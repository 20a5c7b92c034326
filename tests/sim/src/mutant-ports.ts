import { addStored, type Exposure, NO_EXPOSURE } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import type { AcquirerPort, GatewayStore, MemoryGatewayState } from '@holdfast/gateway'
import { intakeRequest } from '@holdfast/protocol'
import type { JournalStore, Network } from '@holdfast/sdk'
import type { CryptoSuite, ServerAnswer, SimulatedRequest } from '@holdfast/testing'
import { askingAnew, gatewayStoreWith, reversingDeclines } from './mutant-gateway-ports.ts'
import type { Mutant } from './mutants.ts'
import type { DeviceDisk } from './device-disk.ts'

/** The ports of a world with one deliberate bug; without one they are handed on as they are. */
export interface MutantPorts {
  tillSuite(suite: CryptoSuite): CryptoSuite
  journalStore(store: JournalStore, disk: DeviceDisk): JournalStore
  network(network: Network, disk: DeviceDisk): Network
  gatewaySuite(suite: CryptoSuite, state: MemoryGatewayState): CryptoSuite
  gatewayStore(store: GatewayStore, state: MemoryGatewayState): GatewayStore
  acquirer(port: AcquirerPort): AcquirerPort
}

/** `forge` answers a request as the gateway would, under no key of the gateway. */
export function mutantPorts(
  mutant: Mutant | undefined,
  forge: (request: SimulatedRequest) => Promise<ServerAnswer | null>,
): MutantPorts {
  const gullible = mutant === 'any_signature_is_believed' || mutant === 'trusts_any_200'
  return {
    tillSuite: (suite) => (gullible ? believingAnything(suite) : suite),
    journalStore(store, disk) {
      if (mutant === 'limits_checked_outside_the_append') return withoutCompare(store, disk)
      if (mutant === 'exposure_released_by_upload') return releasingAtUpload(store, disk)
      return mutant === 'no_trace_of_the_online_attempt' ? withoutAttempts(store) : store
    },
    network(network, disk) {
      if (mutant === 'removes_before_it_sends') return removingBefore(network, disk)
      return mutant === 'trusts_any_200' ? trustingAny200(network, forge) : network
    },
    gatewaySuite: (suite, state) =>
      mutant === 'asks_anew_after_a_restore' ? askingAnew(suite, state) : suite,
    gatewayStore: (store, state) => gatewayStoreWith(mutant, store, state),
    acquirer: (port) => (mutant === 'reverses_a_decline' ? reversingDeclines(port) : port),
  }
}

function believingAnything(suite: CryptoSuite): CryptoSuite {
  return {
    ...suite,
    crypto: (random) => ({ ...suite.crypto(random), verifyEd25519: () => Promise.resolve(true) }),
  }
}

/** Whatever the head was when the change was decided on, it is written. */
function withoutCompare(store: JournalStore, disk: DeviceDisk): JournalStore {
  return {
    ...store,
    async commit(_expectedVersion, change) {
      for (;;) {
        const written = await store.commit(disk.image().head?.version ?? 0, change)
        if (written === 'committed') return written
      }
    },
  }
}

function withoutAttempts(store: JournalStore): JournalStore {
  return {
    ...store,
    commit: (expectedVersion, change) =>
      change.append.some(({ wire }) => wire.header.includes('"attempt.started"'))
        ? Promise.resolve('committed')
        : store.commit(expectedVersion, change),
  }
}

function removingBefore(network: Network, disk: DeviceDisk): Network {
  return {
    request(request) {
      const batch = recordsOf(request)
      const sent = new Set(batch?.map(({ header }) => header))
      const { records } = disk.image()
      for (const [seq, row] of records) {
        if (row.verdict === null && sent.has(row.wire.header))
          records.set(seq, { ...row, verdict: { verdict: 'received', code: null } })
      }
      return network.request(request)
    },
  }
}

function trustingAny200(
  network: Network,
  forge: (request: SimulatedRequest) => Promise<ServerAnswer | null>,
): Network {
  return {
    async request(request) {
      const answer = await network.request(request)
      const isVerdict = !answer.reached || answer.status !== 200 || answer.body.includes('"receipt"')
      if (isVerdict || recordsOf(request) === null) return answer
      const forged = await forge(request)
      return forged === null ? answer : { ...answer, body: forged.body }
    },
  }
}

/** What is uploaded stands at no risk any more, for this till. */
function releasingAtUpload(store: JournalStore, disk: DeviceDisk): JournalStore {
  return {
    ...store,
    commit(expectedVersion, change) {
      const { head } = change
      const payments = new Map(disk.image().payments)
      for (const payment of change.payments) payments.set(payment.paymentId, payment)
      let exposure: Exposure = { ...head.exposure, stored: NO_EXPOSURE.stored }
      for (const { state, money, followUps, ...payment } of payments.values()) {
        if (state !== 'QUEUED' && state !== 'FAILED_TO_UPLOAD') continue
        const amountMinor = money.amountMinor + (followUps?.tip?.tipMinor ?? 0)
        if ('offlineKind' in payment && payment.offlineKind !== null)
          exposure = addStored(exposure, payment.offlineKind, { ...money, amountMinor }, 0)
      }
      const { firstStoredMs } = head.exposure
      return store.commit(expectedVersion, {
        ...change,
        head: { ...head, exposure: { ...exposure, firstStoredMs } },
      })
    },
  }
}

function recordsOf({ method, path, body }: Pick<SimulatedRequest, 'method' | 'path' | 'body'>) {
  if (method !== 'POST' || path !== '/device/v1/records') return null
  const parsed = intakeRequest.safeParse(parseJson(body ?? ''))
  return parsed.success ? parsed.data.records : null
}
