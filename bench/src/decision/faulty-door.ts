import { once } from 'node:events'
import { createServer, type Server, Socket } from 'node:net'

/**
 * What may happen between a till and its gateway at the worst moment, while connections are open.
 * `black_hole`: bytes are taken and go nowhere. `brownout`: the answers come half a minute late. `captive_portal`: every
 * request gets a page. `answers_lost`: the gateway does it and the answer never comes. `slow`: 300 ms more per answer.
 */
export const networkKinds = [
  'refused',
  'black_hole',
  'brownout',
  'captive_portal',
  'bad_gateway',
  'answers_lost',
  'slow',
] as const
export type NetworkKind = (typeof networkKinds)[number]

export interface FaultyDoor {
  readonly url: string
  /** Until then everything passes. */
  breakAs(kind: NetworkKind): void
  close(): void
}

/** A TCP door in front of a server, in this process. */
export async function openFaultyDoor(targetPort: number): Promise<FaultyDoor> {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  let kind: NetworkKind | 'open' = 'open'

  const server = createServer((client) => {
    const target = new Socket()
    target.connect(targetPort, '127.0.0.1')
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (bytes) => towardsTarget(client, target, bytes))
    target.on('data', (bytes) => towardsClient(client, bytes))
    client.on('end', () => target.end())
    target.on('end', () => client.end())
  })

  function towardsTarget(client: Socket, target: Socket, bytes: Buffer): void {
    if (kind === 'black_hole') return
    const page = pageOf(kind)
    if (page === null) target.write(bytes)
    else client.end(page)
  }

  function towardsClient(client: Socket, bytes: Buffer): void {
    if (kind === 'black_hole' || kind === 'answers_lost') return
    if (kind !== 'brownout' && kind !== 'slow') {
      client.write(bytes)
      return
    }
    const timer = setTimeout(() => client.write(bytes), kind === 'slow' ? SLOW_MS : BROWNOUT_MS)
    timers.add(timer)
  }

  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    breakAs(next) {
      kind = next
      if (next !== 'refused') return
      server.close()
      for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const SLOW_MS = 300
const BROWNOUT_MS = 30_000

function pageOf(kind: NetworkKind | 'open'): string | null {
  if (kind === 'captive_portal')
    return answerOf('200 OK', '<!doctype html><title>Welcome to our Wi-Fi</title>')
  if (kind === 'bad_gateway') return answerOf('502 Bad Gateway', '<html>Bad Gateway</html>')
  return null
}

function answerOf(status: string, html: string): string {
  const head = [`HTTP/1.1 ${status}`, 'content-type: text/html', `content-length: ${html.length}`]
  return [...head, 'connection: close', '', html].join('\r\n')
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The door has no port')
  return address.port
}
