import { type Clock, must } from '@holdfast/core'
import { Client } from 'pg'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import type { ChangeNotifier } from '../ports/change-notifier.ts'
import type { Log } from '../ports/log.ts'

const CHANNEL = 'holdfast_changes'
const CONNECT_TIMEOUT_MS = 5_000
const RECONNECT_MS = 1_000
/** PostgreSQL takes 8,000 bytes in one notice. */
const NOTICE_CHARACTERS_MAX = 7_000
/** Beyond that nobody is told: who waits looks again by itself. */
const UNTOLD_MAX = 5_000

export interface SharedChanges {
  readonly changes: ChangeNotifier
  start(): void
  stop(): Promise<void>
}

/**
 * Wakes whoever waits for a change, also in the other processes on this database, by LISTEN and NOTIFY on a connection
 * of its own. A notice is a hint and may be lost with the connection: everybody who waits also looks again after a
 * while, and more often while `hearsOthers` is false. Notices are sent outside every transaction, many keys at a time,
 * for PostgreSQL lets only one notifying transaction commit at once.
 */
export function createSharedChanges(deps: {
  readonly connectionString: string
  readonly clock: Clock
  readonly log: Log
}): SharedChanges {
  const { connectionString, clock, log } = deps
  const own = createChangeNotifier(clock)
  const untold = new Set<string>()
  let client: Client | null = null
  let telling: Promise<void> | null = null
  let running: Promise<void> | null = null
  const end = Promise.withResolvers<void>()
  const life = { stopped: false }

  async function run(): Promise<void> {
    while (!life.stopped) {
      const lost = Promise.withResolvers<void>()
      const next = new Client({
        connectionString,
        application_name: 'holdfast changes',
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
      })
      next.on('error', () => lost.resolve())
      next.on('end', () => lost.resolve())
      next.on('notification', ({ processId, payload = '' }) => {
        if (processId === processOf(next)) return
        for (const key of payload.split(' ')) own.notify(key)
      })
      try {
        await next.connect()
        // A notice is worth no fsync: it tells of what is durable already.
        await next.query(`set synchronous_commit = off; listen ${CHANNEL}`)
        client = next
        tell()
        await Promise.race([lost.promise, end.promise])
        if (!life.stopped) log.info({}, 'changes of other processes are not heard for now')
      } catch (error) {
        log.info({ error: String(error) }, 'changes of other processes cannot be heard')
      }
      client = null
      await next.end().catch(() => undefined)
      if (!life.stopped) await Promise.race([own.wait(RETRY_KEY, RECONNECT_MS), end.promise])
    }
  }

  /** One statement at a time: what comes meanwhile goes with the next. */
  function tell(): void {
    if (telling !== null || client === null || untold.size === 0) return
    telling = send(client).finally(() => {
      telling = null
      tell()
    })
  }

  async function lastTold(): Promise<void> {
    if (telling === null) return
    await telling
    return lastTold()
  }

  async function send(to: Client): Promise<void> {
    const payload = takeKeys(untold)
    try {
      await to.query('select pg_notify($1, $2)', [CHANNEL, payload])
    } catch {
      // The connection is gone; the others look by themselves.
      if (client === to) client = null
    }
  }

  return {
    changes: {
      notify(key) {
        own.notify(key)
        if (client === null || untold.size >= UNTOLD_MAX) return
        untold.add(key)
        tell()
      },
      wait: (key, timeoutMs) => own.wait(key, timeoutMs),
      listen: (key) => own.listen(key),
      hearsOthers: () => client !== null,
    },
    start() {
      running ??= run()
    },
    async stop() {
      // The last words of this process, such as that its link is free, are still told.
      await lastTold()
      life.stopped = true
      end.resolve()
      await running
    },
  }
}

/** No key of a change: ids and words have no such character. */
const RETRY_KEY = '#retry'

function takeKeys(keys: Set<string>): string {
  let payload = ''
  for (const key of keys) {
    if (payload.length + key.length >= NOTICE_CHARACTERS_MAX) break
    payload += payload === '' ? key : ` ${key}`
    keys.delete(key)
  }
  return must(payload === '' ? null : payload, 'a key is shorter than a notice')
}

/** The server's process behind a connection; the type declarations of `pg` leave it out. */
function processOf(client: Client): number | null {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : null
}
