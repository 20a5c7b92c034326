import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSecretFile, parseGatewaySecrets } from './gateway-secrets.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-secret-'))
  file = path.join(folder, 'home', 'gateway.secret')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the first start makes a secret for its owner only, and every later one reads the same', () => {
  const first = openSecretFile(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(openSecretFile(file)).toEqual(first)
  expect(readdirSync(path.dirname(file))).toEqual(['gateway.secret'])
})

test('its three keys differ, and another secret gives others', () => {
  const { wrappingKey, vaultKey, codeKey } = openSecretFile(file)
  const other = openSecretFile(`${file}2`)
  const keys = [wrappingKey, vaultKey, codeKey, other.wrappingKey].map((key) =>
    Buffer.from(key).toString('hex'),
  )
  expect(new Set(keys).size).toBe(4)
})

test('a secret that others may read is refused, and so is one that is damaged', () => {
  openSecretFile(file)
  writeFileSync(`${file}3`, readFileSync(file), { mode: 0o644 })
  expect(() => openSecretFile(`${file}3`)).toThrow('can be read by others')
  expect(() => parseGatewaySecrets('AAAA')).toThrow('not 32 bytes')
  expect(() => parseGatewaySecrets('')).toThrow('not 32 bytes')
})
