import { expect, test } from 'vitest'
import { mayReadMetrics } from './metrics-access.ts'

test.each([
  ['127.0.0.1', {}, null, true],
  ['::ffff:127.0.0.1', {}, null, true],
  ['::1', {}, null, true],
  ['203.0.113.9', {}, null, false],
  ['127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, null, false],
  ['127.0.0.1', { forwarded: 'for=203.0.113.9' }, null, false],
  ['127.0.0.1', {}, 'secret', false],
  ['203.0.113.9', { authorization: 'Bearer secret' }, 'secret', true],
  ['203.0.113.9', { authorization: 'Bearer secreT' }, 'secret', false],
])('%s with %o, where the token is %s: %s', (ip, headers, token, allowed) => {
  expect(mayReadMetrics({ ip, headers }, token)).toBe(allowed)
})
