import { nodeCrypto } from '@holdfast/envelope/node'
import { openPool } from '../database/open-pool.ts'
import { renderEvent } from '../dialects/stripe/render-event.ts'
import { createSystemClock } from '../ports/system-clock.ts'
import { createDeliveryWorker } from '../webhooks/delivery-worker.ts'
import { createSecretKeeper } from '../webhooks/webhook-secret.ts'

/** Delivers from the database that its argument names until it is killed: what another gateway process does. */
const [connectionString = '', wrappingKey = ''] = process.argv.slice(2)
createDeliveryWorker({
  pool: openPool({ connectionString, connectionsMax: 2, log: () => undefined }),
  clock: createSystemClock(),
  random: Math.random,
  log: { info: () => undefined, error: () => undefined },
  owner: `child-${process.pid}`,
  keeper: createSecretKeeper(nodeCrypto, Buffer.from(wrappingKey, 'base64url')),
  allowPrivate: true,
  renderEvent,
  tellDisabled: () => Promise.resolve(),
}).start()
