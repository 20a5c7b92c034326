import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { hostCapture, type HostProfile } from '@holdfast/iso8583'
import { macFunction, mustOpenHostProfile, wrapKey } from '@holdfast/iso8583/tcp'

import { createControl } from './control.ts'
import { openFileJournal } from './file-journal.ts'
import { createFundingFolder } from './funding-folder.ts'
import { loadFingerprintKey } from './fingerprint-key.ts'
import { createFingerprint } from './fingerprint.ts'
import { createHost } from './host.ts'
import { Script } from './script.ts'
import { type ServerMac, startServer } from './server.ts'

const directory = fromEnvironment('HOLDFAST_ACQUIRER_DATA')
const isoPort = portFromEnvironment('HOLDFAST_ACQUIRER_PORT')
const controlPort = portFromEnvironment('HOLDFAST_ACQUIRER_CONTROL_PORT')
const profile = profileFromEnvironment('HOLDFAST_ACQUIRER_PROFILE')
const mac = macOf(profile)
const atcRule = process.env['HOLDFAST_ACQUIRER_ATC'] === 'strict' ? 'strict' : 'observe'

await mkdir(directory, { recursive: true })
const fingerprint = createFingerprint(await loadFingerprintKey(directory))
const journal = await openFileJournal(join(directory, 'journal.jsonl'))
const script = new Script()
const host = createHost({
  nowMs: Date.now,
  journal,
  fingerprint,
  script,
  profile: profile.wire,
  knowsRrn: profile.hostKnowsRrn,
  tipPercentMax: profile.tipPercentMax,
  atcRule,
})
const server = await startServer({
  host,
  journal,
  profile: profile.wire,
  ...(mac === undefined ? {} : { mac }),
  port: isoPort,
  log,
  onJournalFailure: (error) => {
    log('journal_failed', { error: String(error) })
    process.exit(1)
  },
})
const funding = createFundingFolder(join(directory, 'funding'))
const control = createControl({ host, script, journal, funding, hasMac: mac !== undefined })
await control.listen({ port: controlPort, host: '127.0.0.1' })

// Whoever read the log may be gone; answers go on without it.
process.stdout.on('error', () => {})
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
log('listening', {
  port: server.port,
  // Listening on an IP port, so the address is not a pipe's name.
  controlPort: (control.server.address() as AddressInfo).port,
  transactions: host.entries().length,
})

/** Ends by itself: with servers, sockets and journal closed nothing keeps the process alive. */
async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  log('stopping', { signal })
  await server.close()
  await control.close()
  await journal.close()
  log('stopped')
}

function log(event: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`)
}

function profileFromEnvironment(name: string): HostProfile {
  const wanted = process.env[name] ?? ''
  return mustOpenHostProfile(name, wanted === '' ? hostCapture.name : wanted)
}

/** A profile with MACs needs the keys that its gateways have: 32 hexadecimal digits each. */
function macOf({ mac: agreed }: HostProfile): ServerMac | undefined {
  if (agreed.kind === 'none') return undefined
  const keyEncryptionKey = keyFromEnvironment('HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY')
  return {
    base: macFunction(agreed.kind, keyFromEnvironment('HOLDFAST_ACQUIRER_MAC_KEY')),
    newKey() {
      const key = randomBytes(16)
      return { wrappedKey: wrapKey(keyEncryptionKey, key), mac: macFunction(agreed.kind, key) }
    },
  }
}

function keyFromEnvironment(name: string): Uint8Array {
  const text = fromEnvironment(name)
  if (!/^[0-9A-Fa-f]{32}$/.test(text)) throw new Error(`${name} does not hold 32 hexadecimal digits`)
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function fromEnvironment(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set`)
  return value
}

function portFromEnvironment(name: string): number {
  const port = Number(fromEnvironment(name))
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is not a port`)
  return port
}
