import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeApiKey } from '../api-keys/api-keys.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../test-support/stripe-shop.ts'

const RESTRICTED = 'rk_test_000000000000000000000001'
const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
  const may = { kind: 'restricted', permissions: { customer: 'read' } } as const
  await storeApiKey(database().pool, RESTRICTED, { account: ACCOUNT, mode: 'test', ...may }, 0)
})
afterEach(() => shop.close())

const form = 'application/x-www-form-urlencoded'
const upload = 'multipart/form-data; boundary=x'

test.each([
  ['/v1/files', upload, 'Bearer sk_test_wrong', 401],
  ['/v1/files', upload, `Bearer ${shopKeys.publishable}`, 401],
  ['/v1/files', upload, `Bearer ${RESTRICTED}`, 403],
  ['/v1/customers', form, null, 401],
  ['/v1/nothing', form, 'Bearer sk_test_wrong', 401],
  ['/v1/nothing', form, `Bearer ${shopKeys.secret}`, 404],
  ['/account/v1/orders', 'application/json', 'Bearer sk_test_wrong', 401],
  ['/internal/v1/device_codes', 'application/json', null, 401],
  ['/operator/offline_policy', form, `Basic ${Buffer.from('sk_test_wrong:').toString('base64')}`, 401],
  ['/nothing', 'application/json', null, 404],
])(
  'ST8: at %s (%s) whoever sends %s is answered %i before the body is there',
  async (path, type, key, status) => {
    const socket = connect(shop.server.port, '127.0.0.1')
    try {
      const authorization = key === null ? '' : `Authorization: ${key}\r\n`
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: gateway\r\n${authorization}Content-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n{`,
      )
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    } finally {
      socket.destroy()
    }
  },
)
