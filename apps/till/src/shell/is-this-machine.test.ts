import { expect, test } from 'vitest'
import { isThisMachine } from './is-this-machine.ts'

test.each([
  ['http://127.0.0.1:4000/status', true],
  ['http://localhost:4000', true],
  ['http://till.localhost', true],
  ['http://[::1]:4000', true],
  ['https://pay.example.org/status', false],
  ['http://192.168.1.20:4000', false],
  ['https://127.example.org', false],
])('SQ3: %s is an address of this machine alone: %s', (url, isSo) => {
  expect(isThisMachine(url)).toBe(isSo)
})
