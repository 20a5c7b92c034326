import type { Clock, Crypto } from '@holdfast/core'
import type { Pool } from 'pg'
import { openPool } from '../database/open-pool.ts'
import { renderEvent } from '../dialects/stripe/render-event.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { noteQueues } from '../devices/tell-drained.ts'
import { createDeviceWatch } from '../devices/watch-devices.ts'
import { createEventPruner } from '../events/event-pruner.ts'
import { publishEvents } from '../events/publish-events.ts'
import { createAvailableLoop } from '../ledger/tell-available.ts'
import { createAcquirerFiles } from '../funding/acquirer-files.ts'
import { createAcquirerPoll } from '../funding/poll-acquirer.ts'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import type { Log } from '../ports/log.ts'
import type { JobHandler } from '../jobs/job.ts'
import { createJobRunner } from '../jobs/job-runner.ts'
import { mailDisabledEndpoint } from '../mail/mail-disabled-endpoint.ts'
import { MAIL_JOB } from '../mail/queue-mail.ts'
import { queueMailsOfEvents } from '../mail/queue-mails-of-events.ts'
import { mailHandler, type MailServer } from '../mail/send-mail.ts'
import { createPollLoop } from '../jobs/poll-loop.ts'
import { createHousekeeping } from './housekeeping.ts'
import { createNoticeTeller } from './notice-teller.ts'
import { createPayOutLoop } from '../payouts/pay-out-due.ts'
import type { GatewaySecrets } from '../keys/gateway-secrets.ts'
import { createDeliveryWorker } from '../webhooks/delivery-worker.ts'
import { createSecretKeeper } from '../webhooks/webhook-secret.ts'

/** Few: what is told to the world never takes a connection that a payment waits for. */
const CONNECTIONS_MAX = 4
const FROZEN_AFTER_MS = 10_000
const PUBLISH_IDLE_MS = 250

export interface BackgroundDeps {
  readonly connectionString: string
  readonly clock: Clock
  readonly crypto: Crypto
  readonly secrets: GatewaySecrets
  readonly log: Log
  /** For development: webhooks may go to this machine and to private addresses. */
  readonly allowPrivateWebhooks: boolean
  readonly keys: Pick<GatewayKeys, 'sealKey'>
  /** Null: nothing is mailed, and nothing is queued for it. */
  readonly mail: MailServer | null
  /** Null: nothing is polled; files are imported by hand. */
  readonly acquirerFiles: AcquirerFilesConfig | null
  /** Whose files they are. */
  readonly link: string
  /** Where merchants reach this gateway. */
  readonly gatewayUrl: string
  /** Its contract takes more on top of a hold; what is told of a charge says so. */
  readonly takesIncrements: boolean
}

/** Where the acquirer tells what it pays and contests, and how often to look. */
export interface AcquirerFilesConfig {
  readonly url: string
  readonly everyMs: number
}

export interface Background {
  start(): void
  stop(): Promise<void>
}

/**
 * All that follows from payments and that no payment waits for: events are published, webhooks are delivered, mails are
 * sent, the acquirer's files are read, merchants are paid out, deadlines pass.
 */
export function createBackground(deps: BackgroundDeps): Background {
  const { connectionString, clock, crypto, secrets, log, keys, mail, gatewayUrl, takesIncrements } = deps
  const nowMs = () => clock.wallMs()
  const pool: Pool = openPool({
    connectionString,
    connectionsMax: CONNECTIONS_MAX,
    frozenAfterMs: FROZEN_AFTER_MS,
    name: 'holdfast background',
    log: (line) => log.info({ line }, 'database'),
  })
  const deliveries = createDeliveryWorker({
    pool,
    clock,
    random: Math.random,
    log,
    owner: clock.bootId,
    keeper: createSecretKeeper(crypto, secrets.wrappingKey),
    allowPrivate: deps.allowPrivateWebhooks,
    renderEvent,
    tellDisabled: mail === null ? () => Promise.resolve() : mailDisabledEndpoint(nowMs),
  })
  const publisher = createPollLoop({
    name: 'events',
    clock,
    log,
    idleMs: PUBLISH_IDLE_MS,
    async step() {
      const published = await publishEvents({
        pool,
        nowMs,
        log,
        gatewayUrl,
        render: (tx, viewing, kind, ids) => renderObjects(tx, { ...viewing, takesIncrements }, kind, ids),
        async follow(tx, rows, atMs) {
          await noteQueues(tx, rows, atMs)
          if (mail !== null) await queueMailsOfEvents(tx, rows, atMs)
        },
      })
      if (published > 0) deliveries.wake()
      return published > 0
    },
  })
  const randomBytes = (length: number) => crypto.randomBytes(length)
  const housekeeping = createHousekeeping({ pool, clock, randomBytes, log })
  const handlers = new Map<string, JobHandler>()
  if (mail !== null) handlers.set(MAIL_JOB, mailHandler({ pool, nowMs, crypto, keys, server: mail }))
  const jobs = createJobRunner({ pool, clock, random: Math.random, log, owner: clock.bootId, handlers })
  const devices = createDeviceWatch({ pool, clock, crypto, log })
  const oldEvents = createEventPruner({ pool, clock, log })
  const available = createAvailableLoop({ pool, clock, log })
  const payOuts = createPayOutLoop({ pool, clock, randomBytes, log })
  const notices = createNoticeTeller({ pool, clock, log, hasMail: mail !== null })
  const { acquirerFiles, link } = deps
  const loops = [publisher, deliveries, housekeeping, available, payOuts, jobs, devices, oldEvents, notices]
  if (acquirerFiles !== null) {
    const files = createAcquirerFiles(acquirerFiles.url)
    loops.push(createAcquirerPoll({ pool, clock, randomBytes, log, files, link }, acquirerFiles.everyMs))
  }
  return {
    start() {
      for (const loop of loops) loop.start()
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()))
      await pool.end()
    },
  }
}
