import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquirerConfigOf } from './acquirer-config.ts'
import { acquirerProfileOf, defaultAcquirerProfile, defaultHost } from './acquirer-profile.ts'

const KEYS = {
  HOLDFAST_ACQUIRER_MAC_KEY: '0123456789ABCDEF0123456789ABCDEF',
  HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY: 'FEDCBA9876543210FEDCBA9876543210',
}
let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-profile-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function configOf(environment: Readonly<Record<string, string>>) {
  return acquirerConfigOf((name) => environment[name] ?? null)
}

function fileOf(data: unknown): string {
  const file = path.join(folder, 'profile.json')
  writeFileSync(file, typeof data === 'string' ? data : JSON.stringify(data))
  return file
}

const { wire: _wire, ...rest } = hostCapture
const file = {
  ...rest,
  name: 'some-bank',
  wire: {
    base: 'bcd-binary-1987',
    trackSeparator: 'D',
    deferredMark: { field: 63, value: 'DEF' },
    framing: { prefixBytes: 4, messageBytesMax: 8_192 },
  },
}

test('no name: the contract that a gateway has where nothing else is said', () => {
  expect(configOf({})).toEqual({ profile: defaultHost, mac: undefined })
  expect(defaultAcquirerProfile).toMatchObject({
    hostDeduplicates: true,
    hostKnowsRrn: true,
    answerTimeoutMs: 15_000,
    unclaimedReversalMs: 86_400_000,
  })
})

test('the name of one of ours; keys come with it where it has MACs', () => {
  expect(configOf({ HOLDFAST_ACQUIRER_PROFILE: 'host-capture' }).profile).toBe(hostCapture)
  const { profile, mac } = configOf({ HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture', ...KEYS })
  expect(profile).toBe(terminalCapture)
  expect(mac?.base(new Uint8Array(9))).toHaveLength(8)
  expect(mac?.unwrap).toBeDefined()
})

test('a file, read whole', () => {
  const { profile } = configOf({ HOLDFAST_ACQUIRER_PROFILE: fileOf(file) })
  expect(profile).toMatchObject({ name: 'some-bank', wire: { framing: { prefixBytes: 4 } } })
  expect(profile.wire.deferredMark).toEqual({ field: 63, value: 'DEF' })
})

test('a file with faults is refused by the path and code of each', () => {
  const faulty = fileOf({
    ...file,
    answerTimeoutMs: 5,
    deferred: { ageMaxMs: 'a week' },
    repeatMax: 3,
  })
  const start = () => configOf({ HOLDFAST_ACQUIRER_PROFILE: faulty })
  for (const fault of [
    'answerTimeoutMs: out_of_range',
    'deferred.ageMaxMs: bad_type',
    'deferred.warnAfterMs: missing',
    'repeatMax: unknown',
  ]) {
    expect(start).toThrow(fault)
  }
  expect(start).toThrow('HOLDFAST_ACQUIRER_PROFILE')
})

test.each<readonly [what: string, given: () => Record<string, string>, why: string]>([
  ['no such file', () => ({ HOLDFAST_ACQUIRER_PROFILE: '/nowhere/p.json' }), 'the file: missing'],
  ['no JSON', () => ({ HOLDFAST_ACQUIRER_PROFILE: fileOf('{') }), 'the file: bad_type'],
  [
    'a contradiction',
    () => ({ HOLDFAST_ACQUIRER_PROFILE: fileOf({ ...file, hostDeduplicates: false }) }),
    'repeatsMax: contradiction; hostKnowsRrn: contradiction',
  ],
  [
    'MACs without a key',
    () => ({ HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture' }),
    'HOLDFAST_ACQUIRER_MAC_KEY',
  ],
])('%s is refused', (_what, given, why) => {
  expect(() => configOf(given())).toThrow(why)
})

test('a key that is none is not said back', () => {
  const wrong = { ...KEYS, HOLDFAST_ACQUIRER_MAC_KEY: 'not-a-key-but-secret' }
  const start = () => configOf({ HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture', ...wrong })
  expect(start).toThrow('HOLDFAST_ACQUIRER_MAC_KEY does not hold 32 hexadecimal digits')
  expect(start).not.toThrow('secret')
})

test('the rules that the authoriser decides by follow from the host', () => {
  expect(acquirerProfileOf(terminalCapture)).toMatchObject({
    host: terminalCapture,
    answerTimeoutMs: 20_000,
    hostDeduplicates: false,
    hostKnowsRrn: false,
    repeatsMax: 0,
    deferredAgeMaxMs: 86_400_000,
  })
})
