import type { Pool } from 'pg'
import { defaultAcquirerProfile } from '../acquirer/acquirer-profile.ts'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { loadGatewayKeys } from '../keys/gateway-keys.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { createSystemClock } from '../ports/system-clock.ts'
import type { Operator } from './operator.ts'

/** A gateway without a line to an acquirer: what it decides, one that runs takes up within a second. */
export async function operatorWorld(pool: Pool, operator: Operator): Promise<GatewayWorld> {
  const secrets = operator.secrets()
  if (secrets === null)
    throw new Error('The gateway secret is not at hand: an outcome cannot be signed without it.')
  const clock = createSystemClock()
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    operator.note(`${message} ${JSON.stringify(fields)}`)
  return {
    store: createPostgresGatewayStore(pool),
    clock,
    crypto: operator.crypto,
    keys: await loadGatewayKeys(pool, operator.crypto, secrets, operator.nowMs()),
    profile: defaultAcquirerProfile,
    log: { info: note, error: note },
    changes: createChangeNotifier(clock),
  }
}
