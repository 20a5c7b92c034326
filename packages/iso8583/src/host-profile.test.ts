import { describe, expect, it } from 'vitest'

import type { CardAdvice } from './card-advice.ts'
import {
  buildSaleAdvice,
  buildSaleRequest,
  type HostProfile,
  parseSaleAdviceAnswer,
  parseSaleAnswer,
  saleMti,
} from './host-profile.ts'
import { loadHostProfile } from './load-host-profile.ts'
import { answerMti, type Iso8583Message } from './message.ts'
import { hostCapture } from './profiles/host-capture.ts'
import { terminalCapture } from './profiles/terminal-capture.ts'
import { sampleRequest } from './test-support/sample-messages.ts'
import { answer } from './test-support/test-host.ts'

function fileOf({ wire, ...rest }: HostProfile): Record<string, unknown> {
  const { name: base, trackSeparator, deferredMark, incrementMark, framing } = wire
  // As it would come out of a file.
  return JSON.parse(
    JSON.stringify({ ...rest, wire: { base, trackSeparator, deferredMark, incrementMark, framing } }),
  ) as Record<string, unknown>
}

describe('host profile', () => {
  it.each([
    [hostCapture, '0200', '0220'],
    [terminalCapture, '0100', '0120'],
  ])('$name asks with %s and tells with %s, and reads the answers to these', (host, asks, tells) => {
    const { deferred: _deferred, ...sale } = sampleRequest()
    const advice: CardAdvice = { ...sale, advised: { kind: 'card_approved', responseCode: 'Y1' } }
    expect(buildSaleRequest(host, sampleRequest()).mti).toBe(asks)
    expect(buildSaleAdvice(host, advice).mti).toBe(tells)
    expect(saleMti(host)).toBe(asks)
    const reply = (mti: string): Iso8583Message => ({ mti, fields: answer().fields })
    expect(parseSaleAnswer(reply(answerMti(asks) ?? '')).ok).toBe(true)
    expect(parseSaleAdviceAnswer(reply(answerMti(tells) ?? '')).ok).toBe(true)
    for (const mti of ['0130', '0230']) {
      expect(parseSaleAnswer(reply(mti))).toEqual({ ok: false, code: 'wrong_message' })
    }
  })

  it('a sale that is only to be held is asked for by 0100, also where the host captures by approving', () => {
    const { deferred: _deferred, ...sale } = sampleRequest()
    const advice: CardAdvice = { ...sale, advised: { kind: 'card_approved', responseCode: 'Y1' } }
    for (const host of [hostCapture, terminalCapture]) {
      expect(buildSaleRequest(host, sampleRequest(), 'hold').mti).toBe('0100')
      expect(buildSaleAdvice(host, advice, 'hold').mti).toBe('0120')
      expect(saleMti(host, 'hold')).toBe('0100')
    }
  })
})

describe('loading a profile', () => {
  it.each([hostCapture, terminalCapture])('$name comes out of its file as it went in', (host) => {
    expect(loadHostProfile(fileOf(host))).toEqual({ ok: true, profile: host })
  })

  it.each<[string, string, (file: Record<string, unknown>) => void]>([
    ['settlement', 'not_one_of', (file) => (file['settlement'] = 'both')],
    ['answerTimeoutMs', 'out_of_range', (file) => (file['answerTimeoutMs'] = 1.5)],
    ['answerTimeoutMs', 'bad_type', (file) => (file['answerTimeoutMs'] = '15000')],
    ['hostDeduplicates', 'missing', (file) => delete file['hostDeduplicates']],
    ['hostDeduplicate', 'unknown', (file) => (file['hostDeduplicate'] = true)],
    ['hostDeduplicates', 'bad_type', (file) => (file['hostDeduplicates'] = 'yes')],
    ['mac.kind', 'not_one_of', (file) => (file['mac'] = { kind: 'md5' })],
    ['mac.keys', 'missing', (file) => (file['mac'] = { kind: 'retail' })],
    [
      'deferred.ageMaxMs',
      'out_of_range',
      (file) => (file['deferred'] = { ageMaxMs: 0, warnAfterMs: 60_000 }),
    ],
    ['deferred', 'bad_type', (file) => (file['deferred'] = null)],
    ['retry.5', 'unknown', (file) => (file['retry'] = { '5': { kind: 'never' } })],
    ['retry.05.kind', 'not_one_of', (file) => (file['retry'] = { '05': { kind: 'toString' } })],
    ['retry.51.triesMax', 'missing', (file) => (file['retry'] = { '51': { kind: 'again', afterMs: 0 } })],
    ['wire.base', 'not_one_of', (file) => Object.assign(file['wire'] as object, { base: 'ebcdic' })],
    ['repeatsMax', 'contradiction', (file) => (file['repeatsMax'] = 0)],
    [
      'repeatsMax',
      'contradiction',
      (file) => Object.assign(file, { hostDeduplicates: false, hostKnowsRrn: false }),
    ],
    [
      'hostKnowsRrn',
      'contradiction',
      (file) => Object.assign(file, { hostDeduplicates: false, repeatsMax: 0 }),
    ],
    [
      'wire.trackSeparator',
      'contradiction',
      (file) => Object.assign(file['wire'] as object, { trackSeparator: '=' }),
    ],
    ...[{ field: 63, value: 'DEFERRED' } as const, { field: 62, value: 'INCREMENT' } as const].map(
      (incrementMark): [string, string, (file: Record<string, unknown>) => void] => [
        'wire.incrementMark',
        'contradiction',
        (file) => Object.assign(file['wire'] as object, { incrementMark }),
      ],
    ),
  ])('names %s as %s', (path, code, change) => {
    const file = fileOf(hostCapture)
    change(file)
    expect(loadHostProfile(file)).toEqual({ ok: false, faults: [{ path, code }] })
  })

  it('a file that says nothing of increments is of a host that takes none', () => {
    const file = fileOf(hostCapture)
    const { incrementMark: _mark, ...wire } = file['wire'] as Record<string, unknown>
    const loaded = loadHostProfile({ ...file, wire })
    expect(loaded).toMatchObject({ ok: true })
    expect(loaded.ok && 'incrementMark' in loaded.profile.wire).toBe(false)
  })

  it('names every fault, and refuses what is no profile at all', () => {
    const { name: _name, ...file } = fileOf(hostCapture)
    const loaded = loadHostProfile({ ...file, adviceTriesMax: 0 })
    expect(loaded.ok ? [] : loaded.faults.map(({ path }) => path)).toEqual(['name', 'adviceTriesMax'])
    for (const data of [null, [], 'host-capture', 7, undefined]) {
      expect(loadHostProfile(data)).toEqual({ ok: false, faults: [{ path: '', code: 'bad_type' }] })
    }
  })
})
