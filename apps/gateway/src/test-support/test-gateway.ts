import { must, toBase64Url } from '@holdfast/core'
import { openStatement, type SealedRecord } from '@holdfast/envelope'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import {
  attemptStatement,
  type GenerationMark,
  type AttemptStatement,
  intakeReceipt,
  type IntakeReceipt,
  outcomeStatement,
  type OutcomeStatement,
  type Signed,
} from '@holdfast/protocol'
import { type AcquirerProfile, defaultAcquirerProfile } from '../acquirer/acquirer-profile.ts'
import { type Authoriser, createAuthoriser } from '../authoriser/authoriser.ts'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { defaultOfflineTerms } from '../devices/default-offline-terms.ts'
import { createDeviceApi, type DeviceAnswer, type DeviceRequest } from '../devices/device-api.ts'
import type { LeaseTerms } from '../devices/make-lease.ts'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { createTillNotices } from '../devices/till-notices.ts'
import { NoticeBoard } from '../notices/notice-board.ts'
import { feedOrders } from '../orders/feed-orders.ts'
import type { DeviceRow, GatewayStore, PaymentRow } from '../store/gateway-store.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { ACCOUNT, sampleDevice, sampleId } from './sample-rows.ts'
import { createScriptedAcquirer, type ScriptedAcquirer } from './scripted-acquirer.ts'
import { seedDevice } from './seed-device.ts'
import { createTestDevice, type TestDevice } from './test-device.ts'

/** Intake, authoriser and device API on a test database, with a scripted acquirer and a clock that stands. */
export interface TestGateway {
  readonly database: TestDatabase
  readonly clock: ManualClock
  readonly acquirer: ScriptedAcquirer
  readonly world: GatewayWorld
  readonly api: (request: DeviceRequest) => Promise<DeviceAnswer>
  /** What tills are told of the operator's announcements; nothing has been read yet. */
  readonly notices: NoticeBoard
  readonly errors: string[]
  addDevice(n: number, changes?: Partial<DeviceRow>): Promise<TestDevice>
  /** Starts another one, as another process would. */
  startAuthoriser(): RunningAuthoriser
  /** Sends records with a true manifest and gives back the receipt that the gateway signed. */
  send(
    device: TestDevice,
    records: readonly (SealedRecord | object)[],
    also?: {
      readonly mark?: GenerationMark
      readonly throughSeq?: number
      readonly outcomes?: readonly Signed[]
    },
  ): Promise<IntakeReceipt>
  present(device: TestDevice, record: SealedRecord): Promise<AttemptStatement>
  outcomes(device: TestDevice): Promise<OutcomeStatement[]>
  payment(paymentId: string): Promise<PaymentRow>
  /** Lets time pass until it is so, or fails. */
  until(condition: () => boolean | Promise<boolean>, options?: { stepMs?: number }): Promise<void>
  close(): Promise<void>
}

interface RunningAuthoriser {
  /** From now on none of its reads and writes comes through: for the others it is dead. */
  freeze(): void
  /** It wakes up and goes on where it was. */
  thaw(): void
}

const PATIENCE_MS = 20_000

export function createTestGateway(
  database: TestDatabase,
  options: { readonly keys?: GatewayKeys; readonly profile?: Partial<AcquirerProfile> } = {},
): TestGateway {
  const clock = createManualClock()
  const acquirer = createScriptedAcquirer()
  const errors: string[] = []
  const keys = options.keys ?? testKeys()
  const world: GatewayWorld = {
    store: createPostgresGatewayStore(database.pool),
    clock,
    crypto: nodeCrypto,
    keys,
    profile: { ...defaultAcquirerProfile, ...options.profile },
    log: {
      info: () => undefined,
      error: (fields, message) => errors.push(`${message} ${JSON.stringify(fields)}`),
    },
    changes: createChangeNotifier(clock),
  }
  const leaseTerms = (device: DeviceRow) =>
    Promise.resolve({
      accountName: 'Café',
      locationName: 'Quay',
      validForMs: 86_400_000,
      currencies: ['eur'],
      tipping: null,
      offered: device.offered ?? null,
      liability: { acceptedBy: 'Ada', acceptedMs: 0, textVersion: '1' },
      offline: defaultOfflineTerms,
      readers: [],
    } satisfies LeaseTerms)
  const notices = new NoticeBoard()
  const api = createDeviceApi(
    world,
    acquirer,
    leaseTerms,
    undefined,
    (device) => feedOrders(database.pool, world, device),
    createTillNotices(notices, world),
  )
  const authorisers: (RunningAuthoriser & Pick<Authoriser, 'stop'>)[] = []
  const signers = [{ keyId: keys.signing.keyId, publicKey: toBase64Url(keys.signing.publicKey) }]

  async function ask(device: TestDevice, method: 'GET' | 'POST', path: string, body?: unknown) {
    const answer = await api(await device.request(method, path, body))
    if (answer.status !== 200) throw new Error(`${path} answered ${JSON.stringify(answer)}`)
    return answer.body
  }

  return {
    database,
    clock,
    acquirer,
    world,
    api,
    notices,
    errors,
    async addDevice(n, changes = {}) {
      const key = nodeSigningKey(generateNodeKey('ed25519'))
      const publicKey = { keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }
      const row = sampleDevice(n, { keys: [publicKey], ...changes })
      await seedDevice(database.pool, row)
      const sealKey = must(keys.sealPublicKeys[0], 'the gateway has a sealing key')
      return createTestDevice({ row, readerId: sampleId('rdr', n), key, sealKey, crypto: nodeCrypto, clock })
    },
    startAuthoriser() {
      const gate = createGate()
      const authoriser = createAuthoriser({ ...world, store: gate.guard(world.store) }, acquirer)
      authoriser.start()
      const running = { freeze: gate.close, thaw: gate.open, stop: () => authoriser.stop() }
      authorisers.push(running)
      return running
    },
    async send(device, records, { mark, throughSeq, outcomes } = {}) {
      const items = records.map((record) => ('wire' in record ? record.wire : record))
      const body = await ask(device, 'POST', '/device/v1/records', {
        manifest: { ...device.manifest(), mark, throughSeq },
        records: items,
        ...(outcomes === undefined ? {} : { outcomes }),
      })
      const { receipt } = body as { receipt: Signed }
      return must(
        await openStatement(nodeCrypto, signers, 'receipt', intakeReceipt, receipt),
        'a signed receipt',
      )
    },
    async present(device, record) {
      const body = await ask(device, 'POST', '/device/v1/attempts', { record: record.wire })
      const { answer } = body as { answer: Signed }
      return must(
        await openStatement(nodeCrypto, signers, 'attempt', attemptStatement, answer),
        'a signed answer',
      )
    },
    async outcomes(device) {
      const body = await ask(device, 'GET', '/device/v1/feed?generation=1&after=0')
      const { items } = body as { items: { statement: Signed }[] }
      return Promise.all(
        items.map(async ({ statement }) =>
          must(
            await openStatement(nodeCrypto, signers, 'outcome', outcomeStatement, statement),
            'a signed outcome',
          ),
        ),
      )
    },
    async payment(paymentId) {
      const { rows } = await world.store.payments(ACCOUNT, [paymentId])
      return must(rows[0], `payment ${paymentId} is there`)
    },
    async until(condition, { stepMs = 100 } = {}) {
      const deadlineMs = performance.now() + PATIENCE_MS
      while (!(await condition())) {
        if (performance.now() > deadlineMs) throw new Error(`waited in vain; errors: ${errors.join('\n')}`)
        clock.advance(stepMs)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
    async close() {
      acquirer.hangUp()
      for (const authoriser of authorisers) authoriser.thaw()
      const stopped = Promise.all(authorisers.map((authoriser) => authoriser.stop()))
      const pushing = setInterval(() => clock.advance(1_000), 5)
      await stopped
      clearInterval(pushing)
    },
  }
}

/** Holds back every call of a store while it is closed. */
function createGate() {
  let opened = Promise.withResolvers<void>()
  opened.resolve()
  const pass = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    await opened.promise
    const result = await call()
    await opened.promise
    return result
  }
  const guard = (store: GatewayStore): GatewayStore => ({
    device: (deviceId) => pass(() => store.device(deviceId)),
    knownRecords: (deviceId, query) => pass(() => store.knownRecords(deviceId, query)),
    payments: (account, ids) => pass(() => store.payments(account, ids)),
    commit: (change) => pass(() => store.commit(change)),
    duePayments: (query) => pass(() => store.duePayments(query)),
    claimLink: (claim) => pass(() => store.claimLink(claim)),
    feed: (query) => pass(() => store.feed(query)),
    parkedRecords: (account, of) => pass(() => store.parkedRecords(account, of)),
    generation: () => pass(() => store.generation()),
  })
  return {
    guard,
    close: () => void (opened = Promise.withResolvers<void>()),
    open: () => opened.resolve(),
  }
}

function testKeys(): GatewayKeys {
  const sealing = nodeX25519Pair(generateNodeKey('x25519'))
  const keyId = keyIdOf(sealing.publicKey)
  return {
    signing: nodeSigningKey(generateNodeKey('ed25519')),
    sealKey: (wanted) => (wanted === keyId ? sealing : null),
    vaultKey: nodeCrypto.randomBytes(32),
    sealPublicKeys: [{ keyId, publicKey: toBase64Url(sealing.publicKey) }],
  }
}
