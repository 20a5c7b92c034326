import { once } from 'node:events'
import { createServer, Socket } from 'node:net'

/**
 * What may happen to real connections between a device and its gateway. `black_hole`: bytes are taken and go nowhere.
 * `brownout`: answers come half a minute late. `captive`: a page for whatever is asked. `answers_lost`: the gateway does
 * it and the answer never comes. `slow`: 300 ms each way.
 */
export const doorKinds = [
  'black_hole',
  'brownout',
  'captive',
  'reset',
  'refused',
  'answers_lost',
  'bad_gateway',
  'slow',
] as const
export type DoorKind = (typeof doorKinds)[number]

export interface FaultyDoor {
  readonly url: string
  /** Until then everything passes; what is open stays open, as far as the kind lets it. */
  breakAs(kind: DoorKind): void
  close(): void
}

/** A TCP door in front of a local port. */
export async function openFaultyDoor(targetPort: number): Promise<FaultyDoor> {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  let kind: DoorKind | 'open' = 'open'

  const later = (delayMs: number, task: () => void) => {
    if (delayMs === 0) task()
    else timers.add(setTimeout(task, delayMs))
  }
  const server = createServer((client) => {
    const target = new Socket()
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    if (kind === 'reset') {
      client.resetAndDestroy()
      return
    }
    target.connect(targetPort, '127.0.0.1')
    client.on('data', (bytes) => {
      const page = PAGES[kind]
      if (page !== undefined) client.end(page)
      else if (kind !== 'black_hole') later(kind === 'slow' ? SLOW_MS : 0, () => target.write(bytes))
    })
    target.on('data', (bytes) => {
      if (kind === 'black_hole' || kind === 'answers_lost' || PAGES[kind] !== undefined) return
      later(BACK_MS[kind] ?? 0, () => client.write(bytes))
    })
    client.on('end', () => target.end())
    target.on('end', () => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the door has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    breakAs(next) {
      kind = next
      if (next === 'refused') server.close()
      if (next === 'refused' || next === 'reset') for (const socket of sockets) socket.resetAndDestroy()
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const SLOW_MS = 300
const BACK_MS: Readonly<Record<string, number>> = { brownout: 30_000, slow: SLOW_MS }

const PAGES: Readonly<Record<string, string>> = {
  captive: page('200 OK', '<!doctype html><title>Welcome to our Wi-Fi</title>'),
  bad_gateway: page('502 Bad Gateway', '<!doctype html><title>Bad Gateway</title>'),
}

function page(status: string, html: string): string {
  const head = [`HTTP/1.1 ${status}`, 'content-type: text/html', `content-length: ${html.length}`]
  return [...head, 'connection: close', '', html].join('\r\n')
}
