import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { parseRetryAfter } from '../fetch-network.ts'
import { ANSWER_BYTES_MAX, type NetworkRequest } from '../network.ts'
import { nodeNetwork, nodeReachability } from './node-network.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const GET: NetworkRequest = {
  method: 'GET',
  path: '/x?y=1',
  headers: { a: 'b' },
  body: null,
  timeoutMs: 2_000,
}

test('an answer comes with its status, text and Retry-After', async () => {
  const url = await serve((request, response) => {
    response.writeHead(429, { 'retry-after': '7' })
    response.end(`${request.method} ${request.url} ${String(request.headers['a'])} é`)
  })
  expect(await nodeNetwork(`${url}/`).request(GET)).toEqual({
    reached: true,
    status: 429,
    body: 'GET /x?y=1 b é',
    retryAfterMs: 7_000,
  })
})

test('fault 47: a redirect is not followed', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(302, { location: '/elsewhere' })
    response.end()
  })
  expect(await nodeNetwork(url).request({ ...GET, method: 'POST', body: '{}' })).toMatchObject({
    reached: true,
    status: 302,
  })
  expect(asked).toBe(1)
})

test('silence is a timeout, also in the middle of a body', async () => {
  const silent = await serve(() => {})
  expect(await nodeNetwork(silent).request({ ...GET, timeoutMs: 50 })).toEqual({
    reached: false,
    why: 'timeout',
  })
  const dripping = await serve((_, response) => {
    response.write('{')
  })
  expect(await nodeNetwork(dripping).request({ ...GET, timeoutMs: 50 })).toEqual({
    reached: false,
    why: 'timeout',
  })
})

test('a refused connection, an unknown name and a caller who gives up are told apart', async () => {
  const url = await serve(() => {})
  const controller = new AbortController()
  const asked = nodeNetwork(url).request({ ...GET, signal: controller.signal })
  controller.abort()
  expect(await asked).toEqual({ reached: false, why: 'aborted' })
  expect(await nodeNetwork(await closedPort()).request(GET)).toEqual({ reached: false, why: 'refused' })
  expect(await nodeNetwork('http://no-such-host.invalid').request(GET)).toEqual({
    reached: false,
    why: 'dns',
  })
})

test('a connection that is cut is a reset', async () => {
  const url = await serve((request) => {
    request.socket.destroy()
  })
  expect(await nodeNetwork(url).request(GET)).toEqual({ reached: false, why: 'reset' })
})

test('an endless answer is given up', async () => {
  const url = await serve((_, response) => {
    response.end('x'.repeat(ANSWER_BYTES_MAX + 1))
  })
  expect(await nodeNetwork(url).request(GET)).toEqual({ reached: false, why: 'too_large' })
})

test('SQ2: each other target says what was found there; any answer at all is one', async () => {
  const url = await serve((_, response) => {
    response.writeHead(500)
    response.end()
  })
  const dead = await closedPort()
  const targets = nodeReachability([dead, url, 'http://no-such-host.invalid'])
  expect(targets.map(({ target }) => target)).toEqual([dead, url, 'http://no-such-host.invalid'])
  const found = await Promise.all(targets.map(({ probe }) => probe(1_000)))
  expect(found).toEqual(['refused', 'answered', 'dns'])
})

test.each([
  [null, null],
  ['', null],
  ['3', 3_000],
  ['-3', 0],
  ['soon', null],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
])('Retry-After %j is %j', (text, expected) => {
  expect(parseRetryAfter(text, 1_000)).toBe(expected)
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

async function closedPort(): Promise<string> {
  const url = await serve(() => {})
  const server = servers.pop()
  server?.close()
  return url
}
