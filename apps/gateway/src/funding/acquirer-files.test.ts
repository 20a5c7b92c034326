import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createAcquirerFiles } from './acquirer-files.ts'

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function filesFrom(answer: RequestListener) {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Listening on an IP port, so the address is not a pipe's name.
  return createAcquirerFiles(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

test('asks each feed for what is newer, and a file by its name', async () => {
  const asked: (string | undefined)[] = []
  const files = await filesFrom(({ url }, reply) => {
    asked.push(url)
    reply.end(url?.startsWith('/funding/') === true ? 'text' : '[{"sequence":8,"file":"F 8"}]')
  })
  expect(await files.chargebacks(3)).toEqual([{ sequence: 8, file: 'F 8' }])
  expect(await files.fundingFiles(7)).toEqual([{ sequence: 8, file: 'F 8' }])
  expect(await files.fundingFile('F 8')).toBe('text')
  expect(asked).toEqual(['/chargebacks?after=3', '/funding?after=7', '/funding/F%208'])
})

test.each<[string, RequestListener]>([
  ['an answer that is an error', (_, reply) => void reply.writeHead(503).end('[]')],
  [
    'a connection that breaks in the answer',
    (_, reply) => {
      reply.writeHead(200, { 'content-length': 100 })
      reply.write('[', () => reply.destroy())
    },
  ],
  ['a page of a proxy', (_, reply) => void reply.end('<html>')],
  ['another list', (_, reply) => void reply.end('[{"file":"F1"}]')],
])('%s is no answer: it is asked again later', async (_, answer) => {
  const files = await filesFrom(answer)
  await expect(files.fundingFiles(0)).rejects.toThrow()
})

test('a file that is larger than a file may be is not read to its end', async () => {
  const files = await filesFrom((_, reply) => {
    reply.writeHead(200, { 'content-length': 1e12 }).flushHeaders()
  })
  await expect(files.fundingFile('F1')).rejects.toThrow('larger')
})
