import { nodeCrypto } from '@holdfast/envelope/node'
import { signStatement } from '@holdfast/envelope'
import { Journal } from '../journal/journal.ts'
import { nodeClock } from '../node/node-platform.ts'
import { openSqliteJournalStore } from '../node/sqlite-journal-store.ts'
import { deviceKey } from './device-key.ts'
import { openSaleStep } from './journal-steps.ts'
import { gatewayKey, sampleEnrolment, sampleLease } from './sample-lease.ts'

/** Opens sales until it is killed; prints the seq of each one that was acknowledged. */
const [, , file = ''] = process.argv
const deps = {
  store: openSqliteJournalStore(file),
  crypto: nodeCrypto,
  key: deviceKey,
  clock: nodeClock(),
  app: 'append for ever',
  storeName: 'sqlite',
}
const issuedAtMs = deps.clock.wallMs()
const lease = sampleLease({ issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000 })
const journal =
  (await Journal.open(deps)) ??
  (await Journal.found(deps, sampleEnrolment(), await signStatement(gatewayKey, 'lease', lease)))
if (journal === null) throw new Error('The journal was not founded')
for (;;) {
  const appended = await journal.append(openSaleStep({ amountMinor: 1 }))
  if (!appended.ok) throw new Error(appended.code)
  process.stdout.write(`${appended.records.at(-1)?.header.seq}\n`)
}
