import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { acquirerContract } from './acquirer-contract.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-home-'))
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

it('says nothing where no profile is named', () => {
  expect(acquirerContract(home, {})).toEqual({})
  expect(acquirerContract(home, { HOLDFAST_ACQUIRER_PROFILE: '' })).toEqual({})
})

it('both sides get the same profile and keys, also after a restart, in files that nobody else reads', () => {
  const named = { HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture' }
  const first = acquirerContract(home, named)
  expect(first).toEqual({
    HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture',
    HOLDFAST_ACQUIRER_MAC_KEY: expect.stringMatching(/^[0-9a-f]{32}$/),
    HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  expect(acquirerContract(home, named)).toEqual(first)
  expect(first['HOLDFAST_ACQUIRER_MAC_KEY']).not.toBe(first['HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY'])
  expect(statSync(path.join(home, 'acquirer-mac.key')).mode & 0o077).toBe(0)
})

it('keys that somebody gave are taken', () => {
  const given = { HOLDFAST_ACQUIRER_PROFILE: 'p.json', HOLDFAST_ACQUIRER_MAC_KEY: '00'.repeat(16) }
  expect(acquirerContract(home, given)).toMatchObject(given)
})
