import { toBase64Url } from '@holdfast/core'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import { createChangeNotifier } from '../change-notifier.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { migrate } from '../database/migrate.ts'
import { openPool } from '../database/open-pool.ts'
import { createDeviceApi } from '../devices/device-api.ts'
import { createAuthoriser } from '../authoriser/authoriser.ts'
import { defaultAcquirerProfile } from '../gateway-world.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { createSystemClock } from '../system-clock.ts'
import { sampleDevice } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { createTestDevice } from '../test-support/test-device.ts'
import { createScriptedAcquirer } from '../test-support/scripted-acquirer.ts'

import pg from 'pg'
import { createHash } from 'node:crypto'
const AUTONAME = process.env['AUTONAME'] === '1'
const STATS = new Map<string, { n: number; ms: number }>()
const original = pg.Client.prototype.query as any
;(pg.Client.prototype as any).query = function (...args: any[]) {
  if (AUTONAME) {
    if (typeof args[0] === 'string' && Array.isArray(args[1])) args[0] = { text: args[0], values: args.splice(1, 1)[0] }
    if (typeof args[0] === 'object' && args[0].text && args[0].values && !args[0].name) args[0].name = createHash('md5').update(args[0].text).digest('hex')
  }
  const text = (typeof args[0] === 'string' ? args[0] : (args[0].text ?? ''))
    .trim()
    .slice(0, 60)
    .replace(/\s+/g, ' ')
  const t = performance.now()
  const done = () => {
    const e = STATS.get(text) ?? { n: 0, ms: 0 }
    e.n += 1
    e.ms += performance.now() - t
    STATS.set(text, e)
  }
  const last = args.at(-1)
  if (typeof last === 'function') {
    args[args.length - 1] = function (this: any, ...r: any[]) {
      done()
      return last.apply(this, r)
    }
    return original.apply(this, args)
  }
  const p = original.apply(this, args)
  if (p && p.then) p.then(done, done)
  return p
}
function report() {
  for (const [k, v] of [...STATS].sort((a, b) => b[1].ms - a[1].ms).slice(0, 14))
    console.log('   ', v.n, v.ms.toFixed(0) + 'ms', (v.ms / v.n).toFixed(2), k)
  STATS.clear()
}
const server = await startEmbeddedPostgres({ dataDir: '/tmp/hf-rate/pg', log: () => undefined })
const pool = openPool({ connectionString: server.connectionString, connectionsMax: 20, log: console.log })
await migrate(pool)
await pool.query('truncate accounts cascade; truncate links')
const sealing = nodeX25519Pair(generateNodeKey('x25519'))
const keyId = keyIdOf(sealing.publicKey)
const clock = createSystemClock()
const world = {
  store: createPostgresGatewayStore(pool),
  clock,
  crypto: nodeCrypto,
  keys: {
    signing: nodeSigningKey(generateNodeKey('ed25519')),
    sealKey: () => sealing,
    vaultKey: nodeCrypto.randomBytes(32),
    sealPublicKeys: [{ keyId, publicKey: toBase64Url(sealing.publicKey) }],
  },
  profile: defaultAcquirerProfile,
  log: { info: () => {}, error: console.log },
  changes: createChangeNotifier(clock),
}
const acquirer = createScriptedAcquirer()
const api = createDeviceApi(world, acquirer, () => Promise.reject(new Error()))
const DEVICES = 16,
  BATCHES = 12
const work: any[] = []
STATS.clear()
for (let d = 1; d <= DEVICES; d += 1) {
  const key = nodeSigningKey(generateNodeKey('ed25519'))
  const row = sampleDevice(d, { keys: [{ keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }] })
  await seedDevice(pool, row)
  const device = createTestDevice({
    row,
    readerId: 'rdr_000000000000000000000001',
    key,
    sealKey: world.keys.sealPublicKeys[0]!,
    crypto: nodeCrypto,
    clock,
  })
  const requests = []
  for (let b = 0; b < BATCHES; b += 1) {
    const records = []
    for (let i = 0; i < 25; i += 1) {
      const sale = device.newSale()
      const attempt = { ...(await device.read(sale)) }
      const card = { ...attempt.card, fingerprint: `c${d}_${b}_${i}` }
      records.push(await device.opened(sale), await device.stored(sale, { ...attempt, card }))
    }
    requests.push(
      await device.request('POST', '/device/v1/records', {
        manifest: device.manifest(),
        records: records.map((r) => r.wire),
      }),
    )
  }
  work.push(requests)
}
STATS.clear()
for (const [name, run] of [
  ['1 device', work.slice(0, 1)],
  ['15 devices', work.slice(1)],
] as const) {
  const t = performance.now()
  const lat: number[] = []
  await Promise.all(
    run.map(async (requests) => {
      for (const r of requests) {
        const s = performance.now()
        const a = await api(r)
        if (a.status !== 200) throw new Error(JSON.stringify(a))
        lat.push(performance.now() - s)
      }
    }),
  )
  const s = (performance.now() - t) / 1000
  const n = run.length * BATCHES
  lat.sort((a, b) => a - b)
  report()
  console.log(
    name,
    ((n * 50) / s).toFixed(0),
    'records/s',
    ((n * 25) / s).toFixed(0),
    'payments/s',
    'batch p50',
    lat[Math.floor(lat.length / 2)]!.toFixed(1),
    'p99',
    lat[Math.floor(lat.length * 0.99)]!.toFixed(1),
  )
}
const t = performance.now()
const authoriser = createAuthoriser(world, acquirer)
authoriser.start()
for (;;) {
  const { rows } = await pool.query("select count(*)::int as n from payments where status <> 'succeeded'")
  if (rows[0].n === 0) break
  await new Promise((r) => setTimeout(r, 50))
}
const s = (performance.now() - t) / 1000
report()
console.log('authoriser', ((DEVICES * BATCHES * 25) / s).toFixed(0), 'payments/s')
await authoriser.stop()
await pool.end()
await server.stop()
