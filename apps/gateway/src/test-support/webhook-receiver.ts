import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
  readonly path: string
}

export interface WebhookReceiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Ids of the events, in the order in which they came. */
  readonly ids: readonly string[]
  /** How it answers from now on: a status, or whatever the function does. */
  answer(how: number | ((response: ServerResponse) => void)): void
  /** Resolves when `count` deliveries have come. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

/** A merchant's server over real HTTP; takes everything with 200 until told otherwise. */
export async function createWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = []
  let how: number | ((response: ServerResponse) => void) = 200
  let waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url = '' } = request
      received.push({ body: Buffer.concat(chunks).toString('utf8'), headers, path: url })
      if (typeof how === 'function') how(response)
      else response.writeHead(how).end('ok')
      for (const one of waiting) if (received.length >= one.count) one.resolve()
      waiting = waiting.filter((one) => received.length < one.count)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Listening on an IP port, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    get ids() {
      return received.map(({ headers }) => String(headers['webhook-id']))
    },
    answer(next) {
      how = next
    },
    until(count) {
      if (received.length >= count) return Promise.resolve()
      return new Promise((resolve) => {
        waiting.push({ count, resolve })
      })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
