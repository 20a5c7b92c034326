import type { HostProfile, LinkMac } from '@holdfast/iso8583'
import { tcpDialer } from '@holdfast/iso8583/tcp'
import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'
import { measuredAcquirer } from '../metrics/measured-acquirer.ts'
import { createBatcher } from '../presenter/batcher.ts'
import { createIncrementer } from '../presenter/incrementer.ts'
import { createLateWatch } from '../presenter/late-watch.ts'
import { createPresenter } from '../presenter/presenter.ts'
import { createAuthoriser } from '../authoriser/authoriser.ts'
import { createIso8583Acquirer } from '../acquirer/iso8583-acquirer.ts'
import { allWorks } from '../authoriser/link-work.ts'
import { linkKey } from '../acquirer/link-word.ts'

export interface AcquirerConfig {
  readonly host: string
  readonly port: number
  readonly profile: HostProfile
  /** Given exactly when the profile has MACs. */
  readonly mac: LinkMac | undefined
}

export interface LinkDriver {
  start(): void
  /** What is in flight may end by itself for a while; then it becomes unknown, is written down as that, and the link is free. */
  stop(): Promise<void>
}

type Say = (generation: number, word: { state: 'up' | 'down'; sinceMs: number }) => Promise<boolean>

/** How long payments in flight may take to end by themselves before the link is closed under them. */
const GRACE_MS = 4_000
const SAY_MS = 1_000

/** The half of a worker that asks issuers: one connection to the acquirer, the authoriser that may own it, and its word. */
export function createLinkDriver(
  world: GatewayWorld,
  config: AcquirerConfig,
  { say, metrics, pool }: { readonly say: Say; readonly metrics: GatewayMetrics; readonly pool: Pool },
): LinkDriver {
  const { clock, log, changes, profile } = world
  const key = linkKey(profile.link)
  const acquirer = createIso8583Acquirer({
    dialer: tcpDialer({ host: config.host, port: config.port, framing: config.profile.wire.framing }),
    clock,
    random: Math.random,
    profile,
    mac: config.mac,
    log,
    onState: () => changes.notify(key),
  })
  const authoriser = createAuthoriser(
    world,
    measuredAcquirer(acquirer, metrics, clock),
    allWorks(
      createPresenter(pool, acquirer),
      createIncrementer(pool, acquirer),
      createBatcher(pool, acquirer),
      createLateWatch(pool),
    ),
  )
  const life = { stopped: false }
  let speaking: Promise<void> | null = null

  /** Only what has changed is written: that the owner lives at all, its lease tells. */
  async function speak(): Promise<void> {
    let said = ''
    let state = acquirer.state()
    let sinceMs = clock.wallMs()
    while (!life.stopped) {
      const turn = changes.wait(key, SAY_MS)
      if (acquirer.state() !== state) {
        state = acquirer.state()
        sinceMs = clock.wallMs()
      }
      const generation = authoriser.generation()
      const saying = `${generation} ${state}`
      if (generation !== null && saying !== said) {
        try {
          if (await say(generation, { state, sinceMs })) {
            said = saying
            changes.notify(key)
          }
        } catch (error) {
          log.info({ error: String(error) }, 'the word of the acquirer link could not be written')
        }
      }
      await turn
    }
  }

  return {
    start() {
      log.info({ profile: config.profile.name }, 'acquirer profile')
      acquirer.start()
      authoriser.start()
      speaking ??= speak()
    },
    async stop() {
      const ended = authoriser.stop()
      await Promise.race([ended, graceOver(clock)])
      acquirer.stop()
      await ended
      life.stopped = true
      changes.notify(key)
      await speaking
    },
  }
}

function graceOver(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.timer(GRACE_MS, resolve)
  })
}
