import { expect, test } from 'vitest'
import { memoryStorage } from '../test-support/memory-storage.ts'
import { type ConfigWorld, parseConfig, refreshConfig, savedConfig } from './till-config.ts'

const config = {
  gatewayUrl: 'http://localhost:4000',
  acquirerTest: true,
  demoDeviceCode: null,
  reachabilityTargets: [],
}

function world(answer: () => Promise<Response>): ConfigWorld {
  return { storage: memoryStorage(), fetch: answer }
}

test('the last configuration opens the till when nothing answers any more', async () => {
  const { storage } = world(() => Promise.reject(new TypeError('no network')))
  await refreshConfig({ storage, fetch: async () => Response.json(config) })
  expect(
    await refreshConfig({ storage, fetch: () => Promise.reject(new TypeError('no network')) }),
  ).toBeNull()
  expect(savedConfig(storage)).toEqual(config)
})

test('the page of a captive portal is not a configuration and does not replace one', async () => {
  const { storage } = world(async () => Response.json(config))
  await refreshConfig({ storage, fetch: async () => Response.json(config) })
  const portal = async (): Promise<Response> => new Response('<h1>Accept our terms</h1>')
  expect(await refreshConfig({ storage, fetch: portal })).toBeNull()
  expect(savedConfig(storage)).toEqual(config)
})

test('before the first contact there is none, and a damaged one counts as none', () => {
  const storage = memoryStorage()
  expect(savedConfig(storage)).toBeNull()
  storage.setItem('holdfast.config', '{"gatewayUrl":')
  expect(savedConfig(storage)).toBeNull()
})

test('a gateway that is no web address is refused', () => {
  expect(parseConfig({ ...config, gatewayUrl: 'javascript:alert(1)' })).toBeNull()
  expect(parseConfig(null)).toBeNull()
})
