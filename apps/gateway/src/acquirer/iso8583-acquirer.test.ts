import { hostCapture, type HostProfile, type Iso8583Message, terminalCapture } from '@holdfast/iso8583'
import { linkMac } from '@holdfast/iso8583/tcp'
import { describe, expect, test } from 'vitest'
import { createManualClock } from '../test-support/manual-clock.ts'
import { createMemoryHost } from '../test-support/memory-host.ts'
import type { AcquirerAnswer, AuthorisationMessage, ReversalMessage } from './acquirer-port.ts'
import { acquirerProfileOf, defaultHost } from './acquirer-profile.ts'
import { createIso8583Acquirer } from './iso8583-acquirer.ts'

const PAN = '4111111111111111'
const NOW_MS = 1_800_000_000_000
const LIMITS = { timeoutMs: 15_000, sendBeforeMs: NOW_MS + 60_000 }
const fixedMac = { kind: 'aes_cmac', keys: 'fixed' } as const
const keys = { macKey: new Uint8Array(16).fill(7), keyEncryptionKey: new Uint8Array(16) }

const identity = {
  repeat: false,
  terminalId: 'HF000001',
  stan: '000017',
  rrn: 'RRN000000017',
  transmittedAtMs: NOW_MS,
  saleMs: NOW_MS - 60_000,
  utcOffsetMin: 60,
  money: { amountMinor: 1_250, currency: 'eur' },
} as const
const sale: AuthorisationMessage = {
  ...identity,
  card: { pan: PAN, expiry: '3012', track2: null, panSequence: null, emv: '9F2701809F360200AA' },
  contactless: false,
  deferred: true,
}
const byCard = { ...sale, advised: { kind: 'card_approved', responseCode: 'Y1' } } as const
const reversal = (advice: boolean): ReversalMessage => ({
  ...identity,
  stan: '000018',
  pan: PAN,
  approvalCode: null,
  why: 'no_answer',
  original: { advice, stan: '000017', transmittedAtMs: NOW_MS },
})

async function connect(host: HostProfile, mac = linkMac(host.mac, keys)) {
  const clock = createManualClock(NOW_MS)
  const memory = createMemoryHost(host, linkMac(host.mac, keys)?.base)
  const log: unknown[] = []
  const acquirer = createIso8583Acquirer({
    dialer: memory.dialer,
    clock,
    random: () => 0,
    profile: acquirerProfileOf(host),
    mac,
    log: { info: (fields, message) => log.push([message, fields]), error: (fields) => log.push(fields) },
  })
  acquirer.start()
  await turns()
  return { acquirer, clock, host: memory, log }
}

/** What the host answers to the last message. */
function answerTo(asked: Iso8583Message | undefined, responseCode: string): Iso8583Message {
  const { mti, fields } = asked ?? { mti: '', fields: {} }
  const { 4: amount, 11: stan, 12: time, 13: date, 37: rrn, 41: terminal } = fields
  const isAdvice = mti[2] === '2'
  return {
    mti: `${mti.slice(0, 2)}${isAdvice ? '3' : '1'}0`,
    fields: {
      ...(isAdvice || mti.startsWith('04') ? {} : { 4: amount, 38: '654321' }),
      11: stan,
      12: time,
      13: date,
      37: rrn,
      39: responseCode,
      41: terminal,
    } as Iso8583Message['fields'],
  }
}

describe('messages as the profile says', () => {
  test.each<
    readonly [HostProfile, [sale: string, repeat: string, advice: string, back: string, de90: string]]
  >([
    [defaultHost, ['0100', '0101', '0120', '0400', '0120']],
    [hostCapture, ['0200', '0201', '0220', '0400', '0220']],
    [{ ...terminalCapture, mac: fixedMac }, ['0100', '0101', '0120', '0420', '0120']],
    [{ ...hostCapture, name: 'other', reversal: 'advice' }, ['0200', '0201', '0220', '0420', '0220']],
  ])('$name', async (profile, mtis) => {
    const { acquirer, host } = await connect(profile)
    expect(acquirer.state()).toBe('up')
    const said = async (asking: Promise<AcquirerAnswer>) => {
      await turns()
      host.say(answerTo(host.asked.at(-1), '00'))
      return asking
    }
    expect(await said(acquirer.authorise(sale, LIMITS))).toEqual({
      kind: 'approved',
      responseCode: '00',
      approvalCode: '654321',
      amountMinor: 1_250,
    })
    expect(await said(acquirer.authorise({ ...sale, repeat: true }, LIMITS))).toMatchObject({
      kind: 'approved',
    })
    expect(await said(acquirer.advise(byCard, LIMITS))).toMatchObject({
      kind: 'approved',
      responseCode: 'Y1',
    })
    expect(await said(acquirer.reverse(reversal(true), LIMITS))).toEqual({ kind: 'reversed', wasKnown: true })
    expect(await said(acquirer.reverse(reversal(false), LIMITS))).toMatchObject({ kind: 'reversed' })
    const [request, repeat, advice, back, backOfSale] = host.asked
    const original = backOfSale?.fields[90]?.slice(0, 10)
    const deferredField = profile.wire.deferredMark.field
    expect([request?.mti, repeat?.mti, advice?.mti, back?.mti, back?.fields[90]?.slice(0, 4)]).toEqual(mtis)
    expect(original).toBe(`${mtis[0]}000017`)
    expect(request?.fields[deferredField]).toBe(profile.wire.deferredMark.value)
    // A repeat differs from the first sending in nothing but its MTI.
    expect(repeat?.fields).toEqual(request?.fields)
  })

  test.each([
    ['a card', 'Y3', 'Y3', undefined],
    ['an issuer', '00', '654321', '654321'],
    ['a voice', '00', '48A1', '48A1  '],
  ])(
    'a sale that %s has approved goes with the batch, with the code that there is',
    async (_, responseCode, approvalCode, field38) => {
      const { acquirer, host } = await connect(defaultHost)
      const { saleMs, utcOffsetMin, rrn, ...ids } = identity
      const asking = acquirer.upload(
        {
          ...ids,
          card: { pan: PAN, expiry: '3012' },
          entryMode: 'contact',
          approvalCode,
          batchNumber: '000001',
          original: {
            rrn,
            stan: '000017',
            transmittedAtMs: NOW_MS,
            saleMs,
            utcOffsetMin,
            responseCode,
            advice: true,
            holds: true,
          },
        },
        LIMITS,
      )
      await turns()
      host.say(answerTo(host.asked.at(-1), '00'))
      expect(await asking).toEqual({ kind: 'accepted', responseCode: '00' })
      expect(host.asked.at(-1)?.mti).toBe('0320')
      expect([host.asked.at(-1)?.fields[38], host.asked.at(-1)?.fields[39]]).toEqual([field38, responseCode])
    },
  )

  test('with another MAC key than the host has, the link does not come up', async () => {
    const profile = { ...terminalCapture, mac: fixedMac }
    const other = linkMac(fixedMac, { ...keys, macKey: new Uint8Array(16).fill(8) })
    const { acquirer, log } = await connect(profile, other)
    expect(acquirer.state()).toBe('down')
    expect(await acquirer.authorise(sale, LIMITS)).toEqual({ kind: 'not_sent' })
    expect(JSON.stringify(log)).not.toContain(PAN)
  })
})

describe('an answer that comes after its message was given up', () => {
  async function giveUp(profile: HostProfile = defaultHost) {
    const link = await connect(profile)
    const heard: AcquirerAnswer[] = []
    const asking = link.acquirer.authorise(sale, LIMITS, (answer) => heard.push(answer))
    await turns()
    link.clock.advance(LIMITS.timeoutMs)
    expect(await asking).toEqual({ kind: 'no_answer' })
    return { ...link, heard, asked: link.host.asked[0] }
  }

  test.each([
    ['00', { kind: 'approved', responseCode: '00', approvalCode: '654321', amountMinor: 1_250 }],
    ['51', { kind: 'declined', responseCode: '51' }],
  ])('is heard once: %s', async (code, answer) => {
    const { host, heard, asked, log } = await giveUp()
    host.say(answerTo(asked, code))
    host.say(answerTo(asked, code))
    expect(heard).toEqual([answer])
    expect(JSON.stringify(log)).toContain('late answer')
    expect(JSON.stringify(log)).not.toContain(PAN)
  })

  test.each<readonly [what: string, field: 11 | 12 | 13 | 37 | 41, value: string]>([
    ['STAN', 11, '000099'],
    ['time', 12, '000000'],
    ['day', 13, '0101'],
    ['RRN', 37, 'RRN000000099'],
    ['terminal', 41, 'HF000009'],
  ])('is nobody’s with another %s', async (_what, field, value) => {
    const { host, heard, asked } = await giveUp()
    const answer = answerTo(asked, '00')
    host.say({ ...answer, fields: { ...answer.fields, [field]: value } })
    expect(heard).toEqual([])
  })

  test('answers the repeat where one is in flight, and is not heard beside it', async () => {
    const { acquirer, host, heard, asked } = await giveUp()
    const repeating = acquirer.authorise({ ...sale, repeat: true }, LIMITS, (answer) => heard.push(answer))
    await turns()
    host.say(answerTo(asked, '00'))
    expect(await repeating).toMatchObject({ kind: 'approved' })
    host.say(answerTo(asked, '00'))
    expect(heard).toEqual([])
  })

  test('is still heard when a repeat could not leave', async () => {
    const { acquirer, host, heard, asked } = await giveUp()
    const tooLate = { ...LIMITS, sendBeforeMs: 0 }
    const repeat = { ...sale, repeat: true }
    expect(await acquirer.authorise(repeat, tooLate, () => undefined)).toEqual({ kind: 'not_sent' })
    host.say(answerTo(asked, '00'))
    expect(heard).toHaveLength(1)
  })
})

/** Promises of the link settle. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
