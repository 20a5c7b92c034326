import type { SigningKey } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { JournalStore } from '../journal/journal-store.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { deviceKey } from './device-key.ts'
import type { World } from './world.ts'

/** The program starts again, on this store; the one that ran before is gone or still there, as the test wants. */
export async function reopen(world: World, store: JournalStore, key: SigningKey = deviceKey): Promise<World> {
  const { clock, gateway, reader } = world
  const deps = { store, crypto: nodeCrypto, key, clock, network: gateway, app: 'again', storeName: 'sqlite' }
  const terminal = await createTerminal(deps)
  const events: World['events'] = []
  terminal.on((event) => events.push(event))
  terminal.useReader(reader)
  await clock.advance(500)
  return { ...world, store, terminal, events }
}
