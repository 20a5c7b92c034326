import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenedPage, openPage } from '../../../../tools/with-page.ts'

let page: OpenedPage
const servers: Server[] = []
beforeAll(async () => {
  page = await openPage({ entry: path.join(import.meta.dirname, 'web-hints-page.entry.ts') })
})
afterAll(async () => {
  await page.close()
  for (const server of servers) server.close()
})

test('MP13, fault 51: the browser’s own events are hints, until nobody listens', async () => {
  expect(await page.call('inForeground')).toBe(true)
  await page.call('watch')
  expect(await page.call('say', 'offline')).toBe(1)
  expect(await page.call('say', 'online')).toBe(1)
  await page.call('stop')
  expect(await page.call('say', 'offline')).toBe(0)
})

test('SQ1, fault 46: over plain http a page that anybody may have put there is no sign of the internet', async () => {
  const open = { 'access-control-allow-origin': '*' }
  expect(await page.call('probe', await serve({ ...open, 'content-type': 'application/json' }))).toBe(
    'answered',
  )
  expect(await page.call('probe', await serve({ ...open, 'content-type': 'text/html' }))).toBe('portal')
  expect(await page.call('probe', await serve({}))).toBe('reset')
})

async function serve(headers: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((_, response) => response.writeHead(200, headers).end('<html>'))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/`
}
