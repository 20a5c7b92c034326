import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { hostCapture } from '../profiles/host-capture.ts'
import { terminalCapture } from '../profiles/terminal-capture.ts'
import { mustOpenHostProfile, openHostProfile } from './open-host-profile.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-profile-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(text: string): string {
  const file = join(folder, 'profile.json')
  writeFileSync(file, text)
  return file
}

it('opens our own by their names', () => {
  expect(openHostProfile('host-capture')).toEqual({ ok: true, profile: hostCapture })
  expect(openHostProfile('terminal-capture')).toEqual({ ok: true, profile: terminalCapture })
})

it('opens a file by its path', () => {
  const { wire: _wire, ...rest } = hostCapture
  const { trackSeparator, deferredMark, incrementMark, framing } = hostCapture.wire
  const wire = { base: 'bcd-binary-1987', trackSeparator, deferredMark, incrementMark, framing }
  const file = fileOf(JSON.stringify({ ...rest, name: 'other', wire }))
  expect(openHostProfile(file)).toEqual({ ok: true, profile: { ...hostCapture, name: 'other' } })
})

it('names what is wrong by path and code, and never a value', () => {
  expect(openHostProfile(join(folder, 'nowhere.json'))).toMatchObject({
    faults: [{ path: '', code: 'missing' }],
  })
  expect(openHostProfile(fileOf('{'))).toMatchObject({ faults: [{ path: '', code: 'bad_type' }] })
  const faulty = fileOf(JSON.stringify({ name: 'NOT A NAME', settlement: 'batch' }))
  const open = () => mustOpenHostProfile('SOME_VARIABLE', faulty)
  expect(open).toThrow(/^SOME_VARIABLE names no profile \(.*name: out_of_range/)
  expect(open).toThrow('settlement: not_one_of')
  expect(open).not.toThrow('NOT A NAME')
})
