import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Fault } from './fault-plan.ts'

export interface ServedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface ServedAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

export interface ServeOptions {
  readonly answer: (request: ServedRequest) => Promise<ServedAnswer>
  /** Asked once per request; absent: nothing goes wrong. */
  readonly nextFault?: () => Fault
}

export interface Served {
  readonly url: string
  close(): void
}

/** A local server that any page may talk to, with faults at its door. */
export async function serve({ answer, nextFault }: ServeOptions): Promise<Served> {
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => request.socket.destroy())
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    const fault = nextFault?.() ?? 'none'
    // A browser repeats a request by itself when a connection that it had kept goes away, and that is not the subject.
    if (nextFault !== undefined) response.setHeader('connection', 'close')
    if (fault === 'request_lost') {
      request.socket.destroy()
      return
    }
    const body = await bodyOf(request)
    if (fault === 'server_error' || fault === 'too_many_requests') {
      const status = fault === 'server_error' ? 500 : 429
      if (status === 429) response.setHeader('retry-after', '1')
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"code":"busy"}}')
      return
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
    )
    const { method = 'GET', url = '/' } = request
    const answered = await answer({ method, path: url, headers, body })
    if (fault === 'answer_lost') {
      request.socket.destroy()
      return
    }
    response.writeHead(answered.status, { 'content-type': 'application/json' }).end(answered.body)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type, idempotency-key, holdfast-device',
  'access-control-expose-headers': 'retry-after',
  'access-control-max-age': '7200',
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
