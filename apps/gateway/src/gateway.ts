import { tcpDialer } from '@holdfast/iso8583/tcp'
import type { HostProfile, LinkMac } from '@holdfast/iso8583'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Clock } from '@holdfast/core'
import type { FastifyInstance } from 'fastify'
import path from 'node:path'
import type { Pool } from 'pg'
import { acquirerProfileOf } from './authoriser/acquirer-profile.ts'
import { type Authoriser, createAuthoriser } from './authoriser/authoriser.ts'
import { createIso8583Acquirer, type Iso8583Acquirer } from './authoriser/iso8583-acquirer.ts'
import { createChangeNotifier } from './change-notifier.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded-postgres.ts'
import { migrate } from './database/migrate.ts'
import { openPool } from './database/open-pool.ts'
import { seedDemo } from './demo-seed.ts'
import { createDeviceApi } from './devices/device-api.ts'
import { createEnrolment } from './devices/enrol.ts'
import { loadLeaseTerms } from './devices/lease-terms.ts'
import { mintDeviceCode } from './devices/mint-device-code.ts'
import { readDurableSetting } from './backup/durable-setting.ts'
import type { GatewayWorld, Log } from './gateway-world.ts'
import type { ServerParts } from './http/server-parts.ts'
import { createServer } from './http/server.ts'
import { loadGatewayKeys } from './keys/gateway-keys.ts'
import { type GatewaySecrets, openSecretFile, parseGatewaySecrets } from './keys/gateway-secrets.ts'
import type { DeviceRow } from './store/gateway-store.ts'
import { createPostgresGatewayStore } from './store/postgres-gateway-store.ts'
import { createSystemClock } from './system-clock.ts'

export interface GatewayConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Folder of the database and the secret, where they are not given. */
  readonly home: string
  /** Null: our own PostgreSQL in `home`. */
  readonly databaseUrl: string | null
  /** Null: the file in `home`, made at the first start. */
  readonly secret: string | null
  readonly acquirer: AcquirerConfig
  /** Seeds the demo's account and keys. */
  readonly demo: boolean
}

interface AcquirerConfig {
  readonly host: string
  readonly port: number
  readonly profile: HostProfile
  /** Given exactly when the profile has MACs. */
  readonly mac: LinkMac | undefined
}

/** A fast disk wants a small pool: more connections only wait for each other. */
const CONNECTIONS_MAX = 20
/** Below the lease of the acquirer link: when that is over, its next owner must not wait for a lock of a frozen one. */
const FROZEN_AFTER_MS = 5_000
/** How long payments in flight may take to end by themselves before the link is closed under them. */
const AUTHORISER_GRACE_MS = 4_000

/**
 * The whole gateway in one process. `start` listens at once and takes requests when everything behind is there; `stop`
 * may come at any moment, also while it starts.
 */
export class Gateway {
  readonly #config: GatewayConfig
  readonly #log: Log
  readonly #clock: Clock = createSystemClock()
  readonly #app: FastifyInstance
  readonly #lost = Promise.withResolvers<Error>()
  #parts: ServerParts | null = null
  #postgres: EmbeddedPostgres | null = null
  #pool: Pool | null = null
  #acquirer: Iso8583Acquirer | null = null
  #authoriser: Authoriser | null = null
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null

  constructor(config: GatewayConfig, log: Log) {
    this.#config = config
    this.#log = log
    this.#app = createServer({ parts: () => this.#parts, log })
  }

  /** Resolves, with the reason, when the gateway cannot go on by itself. */
  get lost(): Promise<Error> {
    return this.#lost.promise
  }

  /** The port that it listens on; null before that. */
  get port(): number | null {
    const address = this.#app.server.address()
    return typeof address === 'object' && address !== null ? address.port : null
  }

  /** Throws when it cannot start; `stop` then still has to be called. */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #start(): Promise<void> {
    const { host, port, databaseUrl, acquirer: wanted } = this.#config
    await this.#app.listen({ host, port })
    const connectionString = databaseUrl ?? (await this.#startPostgres())
    const log = (line: string) => this.#log.info({ line }, 'database')
    const pool = openPool({
      connectionString,
      connectionsMax: CONNECTIONS_MAX,
      frozenAfterMs: FROZEN_AFTER_MS,
      log,
    })
    this.#pool = pool
    const applied = await migrate(pool)
    if (applied.length > 0) this.#log.info({ applied }, 'database migrated')
    const secrets = this.#secrets()
    const world = await this.#world(pool, secrets)
    const acquirer = createIso8583Acquirer({
      dialer: tcpDialer({ host: wanted.host, port: wanted.port, framing: wanted.profile.wire.framing }),
      clock: this.#clock,
      random: Math.random,
      profile: world.profile,
      mac: wanted.mac,
      log: this.#log,
    })
    this.#log.info({ profile: wanted.profile.name }, 'acquirer profile')
    this.#acquirer = acquirer
    acquirer.start()
    this.#authoriser = createAuthoriser(world, acquirer)
    this.#authoriser.start()
    this.#parts = await this.#assemble(pool, secrets, world, acquirer)
    this.#log.info({ port: this.port }, 'gateway ready')
  }

  async #startPostgres(): Promise<string> {
    const dataDir = path.join(this.#config.home, 'postgres')
    const log = (line: string) => this.#log.info({ line }, 'postgres')
    const postgres = await startEmbeddedPostgres({ dataDir, log })
    this.#postgres = postgres
    void this.#watch(postgres)
    return postgres.connectionString
  }

  async #watch(postgres: EmbeddedPostgres): Promise<void> {
    const { wanted } = await postgres.ended
    if (!wanted) this.#lost.resolve(new Error('PostgreSQL has ended'))
  }

  #secrets(): GatewaySecrets {
    const { secret, home } = this.#config
    return secret === null ? openSecretFile(path.join(home, 'gateway.secret')) : parseGatewaySecrets(secret)
  }

  async #world(pool: Pool, secrets: GatewaySecrets): Promise<GatewayWorld> {
    return {
      durable: await readDurableSetting(pool),
      store: createPostgresGatewayStore(pool),
      clock: this.#clock,
      crypto: nodeCrypto,
      keys: await loadGatewayKeys(pool, nodeCrypto, secrets, this.#clock.wallMs()),
      profile: acquirerProfileOf(this.#config.acquirer.profile),
      log: this.#log,
      changes: createChangeNotifier(this.#clock),
    }
  }

  async #assemble(
    pool: Pool,
    { codeKey }: GatewaySecrets,
    world: GatewayWorld,
    acquirer: Iso8583Acquirer,
  ): Promise<ServerParts> {
    const leaseTerms = (device: DeviceRow, held: number | null = null) =>
      loadLeaseTerms(pool, device, world.clock.wallMs(), held)
    const codes = { pool, clock: world.clock, crypto: world.crypto, codeKey }
    return {
      pool,
      deviceApi: createDeviceApi(world, acquirer, leaseTerms),
      enrol: createEnrolment({ world, pool, codeKey, leaseTerms }),
      mintDeviceCode: ({ account, mode }, location) => mintDeviceCode(codes, { account, mode, location }),
      acquirerState: () => acquirer.state(),
      demo: this.#config.demo ? await seedDemo(pool, world.clock.wallMs()) : null,
    }
  }

  /** Whoever asks ends before whoever answers. */
  async #stop(): Promise<void> {
    // What a failed start has left behind is ended like everything else.
    await this.#starting?.catch(() => undefined)
    await this.#app.close()
    const ended = this.#authoriser?.stop()
    if (ended !== undefined) await Promise.race([ended, graceOver(this.#clock)])
    // What is still in flight becomes unknown, is written down as that, and is repeated by whoever starts next.
    this.#acquirer?.stop()
    await ended
    await this.#pool?.end()
    await this.#postgres?.stop()
  }
}

function graceOver(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.timer(AUTHORISER_GRACE_MS, resolve)
  })
}
