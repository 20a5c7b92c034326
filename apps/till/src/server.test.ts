import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTillServer, type TillServer } from './server.ts'

let dist: string
let server: TillServer

beforeEach(async () => {
  dist = mkdtempSync(path.join(tmpdir(), 'holdfast-till-dist-'))
  mkdirSync(path.join(dist, 'assets'))
  writeFileSync(path.join(dist, 'index.html'), '<!doctype html>')
  writeFileSync(path.join(dist, 'assets', 'index-abc.js'), '1')
  writeFileSync(path.join(dist, 'service-worker.js'), "const D = '__HOLDFAST_DEPLOYMENT__'")
  server = await start('http://localhost:4000')
})

afterEach(async () => {
  await server.close()
  rmSync(dist, { recursive: true, force: true })
})

function start(gatewayUrl: string): Promise<TillServer> {
  return startTillServer({ port: 0, gatewayUrl, dist, reachabilityTargets: ['https://example.org/ok'] })
}

function get(file: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${file}`)
}

test('the page may talk to itself, the gateway and the reachability targets, and run no foreign or inline script', async () => {
  const policy = (await get('/')).headers.get('content-security-policy')
  expect(policy).toContain("connect-src 'self' http://localhost:4000 https://example.org;")
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
  expect(policy).not.toContain('unsafe')
})

test('the configuration is never kept by a cache, hashed files are kept for ever, the shell is asked for again', async () => {
  const config = await get('/config.json')
  expect(config.headers.get('cache-control')).toBe('no-store')
  expect(await config.json()).toEqual({
    gatewayUrl: 'http://localhost:4000',
    acquirerTest: true,
    reachabilityTargets: ['https://example.org/ok'],
    demoDeviceCode: null,
  })
  expect((await get('/assets/index-abc.js')).headers.get('cache-control')).toContain('immutable')
  expect((await get('/')).headers.get('cache-control')).toBe('no-cache')
})

test('another gateway makes another service worker, since the kept shell carries the policy', async () => {
  const before = await (await get('/service-worker.js')).text()
  await server.close()
  server = await start('http://localhost:5000')
  const after = await (await get('/service-worker.js')).text()
  expect(before).not.toContain('__HOLDFAST')
  expect(after).not.toBe(before)
})

test('it says that it is alive, and knows nothing of other paths', async () => {
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/../package.json')).status).toBe(404)
  expect((await get('/device/v1/ping')).status).toBe(404)
})
