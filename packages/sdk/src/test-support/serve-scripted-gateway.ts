import { once } from 'node:events'
import { createServer } from 'node:http'
import type { NetworkAnswer } from '../network.ts'
import { nodeClock } from '../node/node-platform.ts'
import { sampleLease } from './sample-lease.ts'
import { ScriptedGateway } from './scripted-gateway.ts'

/** The scripted gateway on a port of its own, so for a page it is another origin. */
export async function serveScriptedGateway({ storedCount }: { readonly storedCount: number }): Promise<{
  gateway: ScriptedGateway
  url: string
  close(): void
}> {
  const clock = nodeClock()
  const gateway = new ScriptedGateway(clock)
  const issuedAtMs = Math.trunc(clock.wallMs())
  const plain = sampleLease({ issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000 })
  const much = { storedCount, storedTotalMinor: { eur: 1_000_000_000 } }
  const { deferred } = plain.kinds
  gateway.lease = {
    ...plain,
    deviceTotals: much,
    kinds: deferred === undefined ? {} : { deferred: { ...deferred, ...much } },
  }
  const server = createServer((request, response) => {
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'content-type, holdfast-device',
      'access-control-expose-headers': 'retry-after',
    }
    const parts: Buffer[] = []
    const answerWith = async (asked: Promise<NetworkAnswer>) => {
      const answer = await asked
      if (answer.reached) response.writeHead(answer.status, cors).end(answer.body)
      else request.socket.destroy()
    }
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const method = request.method === 'POST' ? 'POST' : 'GET'
      const header = String(request.headers['holdfast-device'] ?? '')
      const headers: Record<string, string> = header === '' ? {} : { 'holdfast-device': header }
      const body = method === 'POST' ? Buffer.concat(parts).toString() : null
      if (request.method === 'OPTIONS') {
        response.writeHead(204, cors).end()
        return
      }
      const asked = { method, path: request.url ?? '/', headers, body, timeoutMs: 30_000 } as const
      void answerWith(gateway.request(asked))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    gateway,
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
