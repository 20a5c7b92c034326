import type { HostProfile } from '@holdfast/iso8583'
import { linkMac, tcpDialer } from '@holdfast/iso8583/tcp'
import type { Pool } from 'pg'
import { createIso8583Acquirer } from '../acquirer/iso8583-acquirer.ts'
import type { IncrementPort } from '../acquirer/increment-port.ts'
import type { PresentmentPort } from '../acquirer/presentment-port.ts'
import { createAuthoriser } from '../authoriser/authoriser.ts'
import { allWorks } from '../authoriser/link-work.ts'
import { createMoney } from '../background/create-money.ts'
import { createBatcher } from '../presenter/batcher.ts'
import { createIncrementer } from '../presenter/incrementer.ts'
import { createLateWatch } from '../presenter/late-watch.ts'
import { createPresenter } from '../presenter/presenter.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { acquirerKeys } from './acquirer-program.ts'

/** What is told and asked of an acquirer beside its sales. */
export type MoneyPort = PresentmentPort & IncrementPort

type Dialer = ReturnType<typeof tcpDialer>

/** What asks, presents and does the tasks of money, as one process of a gateway runs it. */
export interface MoneyHalf {
  stop(): Promise<void>
}

/** `around` and `dialing` stand between this half and its outside. */
export function startMoneyHalf({
  pool,
  world,
  host,
  port,
  doesTasks = true,
  around = (acquirer) => acquirer,
  dialing = (dialer) => dialer,
}: {
  readonly pool: Pool
  readonly world: GatewayWorld
  readonly host: HostProfile
  /** Of the acquirer's program. */
  readonly port: number
  readonly doesTasks?: boolean
  readonly around?: (acquirer: MoneyPort) => MoneyPort
  readonly dialing?: (dialer: Dialer) => Dialer
}): MoneyHalf {
  const acquirer = createIso8583Acquirer({
    dialer: dialing(tcpDialer({ host: '127.0.0.1', port, framing: host.wire.framing })),
    clock: world.clock,
    random: Math.random,
    profile: world.profile,
    mac: linkMac(host.mac, acquirerKeys),
    log: world.log,
  })
  const presents = around(acquirer)
  const works = allWorks(
    createPresenter(pool, presents),
    createIncrementer(pool, presents),
    createBatcher(pool, presents),
    createLateWatch(pool),
  )
  const authoriser = createAuthoriser(world, acquirer, works)
  const money = createMoney(pool, world)
  acquirer.start()
  authoriser.start()
  if (doesTasks) money.start()
  return {
    async stop() {
      acquirer.stop()
      await Promise.all([authoriser.stop(), ...(doesTasks ? [money.stop()] : [])])
    },
  }
}
