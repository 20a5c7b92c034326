import { AcquirerLink, type HostProfile, type LinkOptions } from '@holdfast/iso8583'
import { linkMac, macFunction, systemLinkClock, tcpDialer, wrapKey } from '@holdfast/iso8583/tcp'

import { createFingerprint } from '../fingerprint.ts'
import { createHost, type Host } from '../host.ts'
import { type Journal, memoryJournal } from '../journal.ts'
import { Script } from '../script.ts'
import { type AcquirerServer, startServer } from '../server.ts'

const KEYS = { macKey: new Uint8Array(16).fill(0x31), keyEncryptionKey: new Uint8Array(16).fill(0x32) }

export type RunningAcquirer = {
  readonly host: Host
  readonly script: Script
  readonly journal: Journal
  readonly server: AcquirerServer
  readonly log: string[]
  readonly journalFailures: unknown[]
}

/** The acquirer of a profile on a real port, in this process. */
export async function runAcquirer(profile: HostProfile): Promise<RunningAcquirer> {
  const script = new Script()
  const journal = memoryJournal()
  const log: string[] = []
  const journalFailures: unknown[] = []
  const host = createHost({
    nowMs: Date.now,
    journal,
    fingerprint: createFingerprint(new Uint8Array(32)),
    script,
    profile: profile.wire,
    knowsRrn: profile.hostKnowsRrn,
    tipPercentMax: profile.tipPercentMax,
  })
  const { mac } = profile
  let keys = 0
  const server = await startServer({
    host,
    journal: { ...journal, durable: () => journal.durable() },
    profile: profile.wire,
    ...(mac.kind === 'none'
      ? {}
      : {
          mac: {
            base: macFunction(mac.kind, KEYS.macKey),
            newKey() {
              keys += 1
              const key = new Uint8Array(16).fill(keys)
              return { wrappedKey: wrapKey(KEYS.keyEncryptionKey, key), mac: macFunction(mac.kind, key) }
            },
          },
        }),
    port: 0,
    log: (event, facts) => log.push(JSON.stringify({ event, ...facts })),
    onJournalFailure: (error) => journalFailures.push(error),
  })
  return { host, script, journal, server, log, journalFailures }
}

/** A link to it that comes back at once. */
export function linkTo(profile: HostProfile, port: number, options: Partial<LinkOptions> = {}): AcquirerLink {
  const mac = linkMac(profile.mac, KEYS)
  return new AcquirerLink({
    profile: profile.wire,
    dialer: tcpDialer({ host: '127.0.0.1', port, framing: profile.wire.framing }),
    clock: systemLinkClock,
    random: Math.random,
    ...(mac === undefined ? {} : { mac }),
    ...options,
    limits: { backoffBaseMs: 2, backoffMaxMs: 10, ...options.limits },
  })
}

export async function up(link: AcquirerLink): Promise<void> {
  while (link.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 1))
}
