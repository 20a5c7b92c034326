import type { GatewayStore, MemoryGatewayState, PaymentRow } from '@holdfast/gateway'
import { parseJson } from '@holdfast/envelope'
import { intakeRequest } from '@holdfast/protocol'
import type { JournalStore, Network } from '@holdfast/sdk'
import type { CryptoSuite, ServerAnswer, SimulatedRequest } from '@holdfast/testing'
import type { Mutant } from './mutants.ts'
import type { DeviceDisk } from './sim-device.ts'

/** The ports of a world with one deliberate bug; without one they are handed on as they are. */
export interface MutantPorts {
  tillSuite(suite: CryptoSuite): CryptoSuite
  journalStore(store: JournalStore, disk: DeviceDisk): JournalStore
  network(network: Network, disk: DeviceDisk): Network
  gatewayStore(store: GatewayStore, state: MemoryGatewayState): GatewayStore
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
      return mutant === 'no_trace_of_the_online_attempt' ? withoutAttempts(store) : store
    },
    network(network, disk) {
      if (mutant === 'removes_before_it_sends') return removingBefore(network, disk)
      return mutant === 'trusts_any_200' ? trustingAny200(network, forge) : network
    },
    gatewayStore: (store, state) => (mutant === 'dedupes_by_time' ? dedupingByTime(store, state) : store),
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

const SAME_WITHIN_MS = 60_000

function dedupingByTime(store: GatewayStore, state: MemoryGatewayState): GatewayStore {
  const isRepeat = (row: PaymentRow): boolean =>
    row.version === 0 &&
    [...state.payments.values()].some(
      (known) =>
        known.deviceId === row.deviceId &&
        known.story.paymentId !== row.story.paymentId &&
        known.story.money.amountMinor === row.story.money.amountMinor &&
        Math.abs(known.openedMs - row.openedMs) < SAME_WITHIN_MS,
    )
  return {
    ...store,
    commit(change) {
      const repeats = new Set(change.payments?.filter(isRepeat).map(({ story }) => story.paymentId))
      const isNew = ({ paymentId }: { readonly paymentId: string }): boolean => !repeats.has(paymentId)
      return store.commit({
        ...change,
        payments: change.payments?.filter(({ story }) => isNew(story)) ?? [],
        outcomes: change.outcomes?.filter(isNew) ?? [],
        events: change.events?.filter(isNew) ?? [],
      })
    },
  }
}

function recordsOf({ method, path, body }: Pick<SimulatedRequest, 'method' | 'path' | 'body'>) {
  if (method !== 'POST' || path !== '/device/v1/records') return null
  const parsed = intakeRequest.safeParse(parseJson(body ?? ''))
  return parsed.success ? parsed.data.records : null
}
