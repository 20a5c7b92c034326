import { takesIncrements } from '@holdfast/iso8583'
import { nodeCrypto, pooledNodeCrypto } from '@holdfast/envelope/node'
import type { Clock } from '@holdfast/core'
import type { FastifyInstance } from 'fastify'
import path from 'node:path'
import type { Pool } from 'pg'
import { Admission } from './admission/admission.ts'
import { acquirerProfileOf } from './acquirer/acquirer-profile.ts'
import { type AcquirerConfig, createLinkDriver, type LinkDriver } from './link/link-driver.ts'
import { createLinkWatch, createLinkWord, type LinkWatch, type LinkWord } from './acquirer/link-word.ts'
import { type AcquirerFilesConfig, type Background, createBackground } from './background/background.ts'
import type { FilesBound } from './files/files-bound.ts'
import { createChangeNotifier } from './ports/change-notifier.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded-postgres.ts'
import { migrate, newestKnownMigration } from './database/migrate.ts'
import { openPool } from './database/open-pool.ts'
import { createSharedChanges, type SharedChanges } from './database/shared-changes.ts'
import { seedDemo } from './demo/demo-seed.ts'
import { createDeviceApi } from './devices/device-api.ts'
import { createEnrolment } from './devices/enrol.ts'
import { loadLeaseTerms } from './devices/lease-terms.ts'
import { createTillNotices } from './devices/till-notices.ts'
import { mintDeviceCode } from './devices/mint-device-code.ts'
import { readDurableSetting } from './backup/durable-setting.ts'
import type { MailServer } from './mail/send-mail.ts'
import type { ChangeNotifier } from './ports/change-notifier.ts'
import type { GatewayWorld } from './world/gateway-world.ts'
import type { Log } from './ports/log.ts'
import type { HealthParts, ServerParts } from './http/server-parts.ts'
import { createServer } from './server/server.ts'
import { createTokenBuckets, type RateLimit } from './http/token-buckets.ts'
import { loadGatewayKeys } from './keys/gateway-keys.ts'
import { type GatewaySecrets, openSecretFile, parseGatewaySecrets } from './keys/gateway-secrets.ts'
import { createGatewayMetrics } from './metrics/gateway-metrics.ts'
import { measuredStore } from './metrics/measured-store.ts'
import type { Role } from './world/role.ts'
import { StatusBoard } from './status/status-board.ts'
import { watchComponents } from './status/watch-components.ts'
import { createMoney } from './background/create-money.ts'
import type { MoneyWorker } from './money/money-worker.ts'
import { NoticeBoard } from './notices/notice-board.ts'
import { feedOrders } from './orders/feed-orders.ts'
import type { DeviceRow } from './store/gateway-store.ts'
import { createPostgresGatewayStore } from './store/postgres-gateway-store.ts'
import { createSecretKeeper } from './webhooks/webhook-secret.ts'
import { createSystemClock } from './ports/system-clock.ts'

export interface GatewayConfig {
  readonly role: Role
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Folder of the database and the secret, where they are not given. */
  readonly home: string
  /** Null: our own PostgreSQL in `home`. */
  readonly databaseUrl: string | null
  /** Where merchants reach it; null: at its own host and port. */
  readonly publicUrl: string | null
  /** Null: the file in `home`, made at the first start. */
  readonly secret: string | null
  readonly acquirer: AcquirerConfig
  /** Of the merchant API, per account and mode, in this process. */
  readonly rateLimit: RateLimit
  readonly filesBound: FilesBound
  /** Seeds the demo's account and keys. */
  readonly demo: boolean
  /** Opens `/metrics`; null: only this machine reads them. */
  readonly metricsToken: string | null
  /** For development: webhooks may go to this machine and to private addresses. */
  readonly allowPrivateWebhooks: boolean
  /** Null: nothing is mailed. */
  readonly mail: MailServer | null
  /** Null: what the acquirer pays and contests is imported by hand. */
  readonly acquirerFiles: AcquirerFilesConfig | null
}

/** A fast disk wants a small pool: more connections only wait for each other. */
const CONNECTIONS_MAX = 20
/** Below the lease of the acquirer link: when that is over, its next owner must not wait for a lock of a frozen one. */
const FROZEN_AFTER_MS = 5_000

/**
 * The gateway in one process, or the part of it that `role` names. `start` listens at once and takes requests when everything behind is there; `stop`
 * may come at any moment, also while it starts.
 */
export class Gateway {
  readonly #config: GatewayConfig
  readonly #log: Log
  readonly #clock: Clock = createSystemClock()
  readonly #metrics = createGatewayMetrics()
  readonly #board = new StatusBoard(this.#clock.wallMs())
  readonly #notices = new NoticeBoard()
  readonly #app: FastifyInstance
  readonly #lost = Promise.withResolvers<Error>()
  #health: HealthParts | null = null
  #parts: ServerParts | null = null
  #postgres: EmbeddedPostgres | null = null
  #pool: Pool | null = null
  #changes: SharedChanges | null = null
  #money: MoneyWorker | null = null
  #watch: LinkWatch | null = null
  #driver: LinkDriver | null = null
  #unwatchComponents: (() => void) | null = null
  #background: Background | null = null
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null

  /** Throws where the configuration contradicts itself. */
  constructor(config: GatewayConfig, log: Log) {
    if (config.role !== 'all' && config.databaseUrl === null) {
      throw new Error(`A gateway with --role ${config.role} shares its database: set DATABASE_URL`)
    }
    this.#config = config
    this.#log = log
    this.#app = createServer({
      role: config.role,
      parts: () => this.#parts,
      health: () => this.#health,
      board: this.#board,
      notices: this.#notices,
      metrics: this.#metrics,
      metricsToken: config.metricsToken,
      wallMs: () => this.#clock.wallMs(),
      log,
    })
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
    const { host, port, role, databaseUrl, acquirer, demo } = this.#config
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
    const changes = this.#openChanges()
    const secrets = this.#secrets()
    const world = await this.#world(pool, secrets, changes)
    const link = createLinkWord(pool, world.profile.link)
    if (role !== 'api') {
      this.#driver = createLinkDriver(world, acquirer, {
        say: (generation, word) => link.say(generation, word),
        metrics: this.#metrics,
        pool,
      })
      this.#driver.start()
      this.#background = createBackground({
        connectionString,
        clock: this.#clock,
        crypto: world.crypto,
        secrets,
        log: this.#log,
        allowPrivateWebhooks: this.#config.allowPrivateWebhooks,
        keys: world.keys,
        mail: this.#config.mail,
        acquirerFiles: this.#config.acquirerFiles,
        link: world.profile.link,
        gatewayUrl: this.#config.publicUrl ?? `http://${host}:${port}`,
        takesIncrements: takesIncrements(world.profile.host),
      })
      this.#background.start()
      this.#money = createMoney(pool, world)
      this.#money.start()
    }
    const watch = createLinkWatch({
      read: (nowMs) => link.read(nowMs),
      link: world.profile.link,
      clock: this.#clock,
      changes,
      log: this.#log,
    })
    this.#watch = watch
    watch.start()
    const linkWord = () => watch.word()
    this.#metrics.watch({
      pool,
      link: world.profile.link,
      captureWithinMs: world.profile.host.captureWithinMs,
      linkWord,
      nowMs: () => this.#clock.wallMs(),
    })
    this.#unwatchComponents = watchComponents({
      board: this.#board,
      notices: this.#notices,
      pool,
      linkWord,
      clock: this.#clock,
    })
    const health: HealthParts = { role, pool, migration: await newestKnownMigration(), linkWord }
    const keeper = createSecretKeeper(world.crypto, secrets.wrappingKey)
    const facts = demo ? await seedDemo(pool, world.clock.wallMs(), keeper) : null
    if (role !== 'worker')
      this.#parts = { ...health, ...this.#assemble(pool, secrets, world, linkWord), demo: facts }
    this.#health = health
    this.#log.info({ role, port: this.port }, 'gateway ready')
  }

  /** Our own PostgreSQL serves this process alone, so there is nobody else to be told. */
  #openChanges(): ChangeNotifier {
    const { databaseUrl: connectionString } = this.#config
    if (connectionString === null) return createChangeNotifier(this.#clock)
    const shared = createSharedChanges({ connectionString, clock: this.#clock, log: this.#log })
    this.#changes = shared
    shared.start()
    return shared.changes
  }

  async #startPostgres(): Promise<string> {
    const dataDir = path.join(this.#config.home, 'postgres')
    const log = (line: string) => this.#log.info({ line }, 'postgres')
    const postgres = await startEmbeddedPostgres({ dataDir, log })
    this.#postgres = postgres
    void this.#watchPostgres(postgres)
    return postgres.connectionString
  }

  async #watchPostgres(postgres: EmbeddedPostgres): Promise<void> {
    const { wanted } = await postgres.ended
    if (!wanted) this.#lost.resolve(new Error('PostgreSQL has ended'))
  }

  #secrets(): GatewaySecrets {
    const { secret, home } = this.#config
    return secret === null ? openSecretFile(path.join(home, 'gateway.secret')) : parseGatewaySecrets(secret)
  }

  async #world(pool: Pool, secrets: GatewaySecrets, changes: ChangeNotifier): Promise<GatewayWorld> {
    return {
      durable: await readDurableSetting(pool),
      store: measuredStore(createPostgresGatewayStore(pool), this.#metrics, this.#clock),
      clock: this.#clock,
      crypto: pooledNodeCrypto,
      keys: await loadGatewayKeys(pool, nodeCrypto, secrets, this.#clock.wallMs()),
      profile: acquirerProfileOf(this.#config.acquirer.profile),
      log: this.#log,
      changes,
    }
  }

  #assemble(
    pool: Pool,
    { codeKey, wrappingKey }: GatewaySecrets,
    world: GatewayWorld,
    linkWord: () => LinkWord,
  ): Omit<ServerParts, keyof HealthParts | 'demo'> {
    const leaseTerms = (device: DeviceRow, held: number | null = null) =>
      loadLeaseTerms(pool, device, world.clock.wallMs(), held)
    const admission = new Admission(this.#clock, Math.random, {
      decided: (decision) => this.#metrics.countAdmission(decision),
      figures: (figures) => this.#metrics.setAdmission(figures),
    })
    const codes = { pool, clock: world.clock, crypto: world.crypto, codeKey }
    return {
      deviceApi: createDeviceApi(
        world,
        { state: () => linkWord().state },
        leaseTerms,
        admission,
        (device) => feedOrders(pool, world, device),
        createTillNotices(this.#notices, world),
      ),
      world,
      codeKey,
      rateLimit: createTokenBuckets(world.clock, this.#config.rateLimit),
      filesBound: this.#config.filesBound,
      webhooks: {
        nowMs: () => world.clock.wallMs(),
        crypto: world.crypto,
        keeper: createSecretKeeper(world.crypto, wrappingKey),
        allowPrivate: this.#config.allowPrivateWebhooks,
      },
      enrol: createEnrolment({ world, pool, codeKey, leaseTerms }),
      mintDeviceCode: ({ account, mode }, location) => mintDeviceCode(codes, { account, mode, location }),
    }
  }

  /**
   * Whoever asks ends before whoever answers: requests first, then what is in flight at the acquirer, whose link is then
   * free for another process, then the connections, then the database.
   */
  async #stop(): Promise<void> {
    // What a failed start has left behind is ended like everything else.
    await this.#starting?.catch(() => undefined)
    await this.#app.close()
    await Promise.all([this.#driver?.stop(), this.#background?.stop(), this.#money?.stop()])
    this.#unwatchComponents?.()
    await this.#watch?.stop()
    await this.#changes?.stop()
    await this.#pool?.end()
    await this.#postgres?.stop()
  }
}
