import { must } from '@holdfast/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDeviceApi } from '../devices/device-api.ts'
import type { DeviceRequest } from '../devices/device-api.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { createTestServer, type TestServer } from '../test-support/test-server.ts'
import { UPLOADS_AT_FIRST } from './admission-limits.ts'
import { Admission } from './admission.ts'

const database = sharedDatabase()
let gateway: TestGateway
let server: TestServer
/** Holds every upload at its commit while it is closed. */
let door: PromiseWithResolvers<void>

beforeEach(async () => {
  gateway = createTestGateway(database())
  server = await createTestServer(gateway)
  door = Promise.withResolvers()
  const { store } = gateway.world
  const held = {
    ...store,
    async commit(change: Parameters<typeof store.commit>[0]) {
      if (change.progress?.statedSeq !== 0) await door.promise
      return store.commit(change)
    },
  }
  const api = createDeviceApi(
    { ...gateway.world, store: held },
    gateway.acquirer,
    () => Promise.reject(new Error('no feed is asked here')),
    new Admission(gateway.clock, Math.random),
  )
  server.replaceParts({ deviceApi: api })
})

afterEach(async () => {
  door.resolve()
  await server.close()
  await gateway.close()
})

function forward({ method, path, headers, body }: DeviceRequest): Promise<Response> {
  return fetch(server.url + path, { method, headers: headers as Record<string, string>, body })
}

test('P6: a full gateway takes a live sale at once, and asks an upload beyond its places to come again; nothing is lost', async () => {
  const devices = await Promise.all([1, 2, 3, 4].map((n) => gateway.addDevice(n)))
  const requests = await Promise.all(
    devices.map(async (device) => {
      const sale = device.newSale()
      const record = await device.opened(sale)
      const body = { manifest: device.manifest(), records: [record.wire] }
      return { device, sale, request: await device.request('POST', '/device/v1/records', body) }
    }),
  )
  const seller = must(requests.pop(), 'there are four')
  const uploads = requests.map(async ({ request, sale, device }) => ({
    answer: await forward(request),
    request,
    sale,
    device,
  }))
  expect(uploads).toHaveLength(UPLOADS_AT_FIRST + 1)

  const attempt = await seller.device.read(seller.sale)
  const started = await seller.device.attempted(seller.sale, attempt)
  const live = await forward(
    await seller.device.request('POST', '/device/v1/attempts', { record: started.wire }),
  )
  expect(live.status).toBe(200)

  const first = Promise.race(uploads)
  let isRefused = false
  void first.then(() => (isRefused = true))
  await gateway.until(() => isRefused)
  const { answer, request, sale, device } = await first
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(await answer.json()).toMatchObject({ error: { code: 'rate_limited', retryable: true } })

  door.resolve()
  const statuses = (await Promise.all(uploads)).map((upload) => upload.answer.status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 429])
  expect((await forward(request)).status).toBe(200)
  expect((await gateway.payment(sale.paymentId)).deviceId).toBe(device.row.deviceId)
})
