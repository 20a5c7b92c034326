import { currencies, fromHex, must, toHex } from '@holdfast/core'
import { openCard } from '@holdfast/envelope'
import { generateNodeKey, nodeCrypto, nodeX25519Pair } from '@holdfast/envelope/node'
import { webCrypto } from '@holdfast/envelope/web'
import type { SealContext } from '@holdfast/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardNames, simulatedCards } from './simulated-cards.ts'
import { parseBerTlv } from './test-support/parse-ber-tlv.ts'
import { gateway, readCard, readRequest, secretsOf, testReader } from './test-support/read-request.ts'

const FORBIDDEN = ['56', '57', '5A', '5F20', '5F24', '99', '9F0B', '9F1F', '9F20']
const readable = cardNames.filter((name) => simulatedCards[name].behaviour.kind !== 'failing')

describe('the sealed block', () => {
  test.each([
    ['Node', nodeCrypto],
    ['web', webCrypto],
  ])(
    'made with %s crypto opens with the key of the gateway and the context of the sale',
    async (_, crypto) => {
      const read = await readCard(testReader({ crypto }), 'visa')
      const secrets = await secretsOf(read)
      expect(secrets).toMatchObject({
        pan: '4242424242424242',
        expiry: '3012',
        panSequence: '01',
        track2: null,
      })
    },
  )

  test('opens with no other key', async () => {
    const { sealed } = await readCard(testReader(), 'visa')
    const { context } = readRequest()
    const other = nodeX25519Pair(generateNodeKey('x25519'))
    const withOther = await openCard(nodeCrypto, () => other, context, sealed)
    expect(withOther).toEqual({ ok: false, code: 'sealed_mismatch' })
    const withNone = await openCard(nodeCrypto, () => null, context, sealed)
    expect(withNone).toEqual({ ok: false, code: 'sealed_key_unknown' })
  })

  const others: SealContext = {
    account: 'acct_other',
    mode: 'live',
    device: 'dev_other',
    reader: 'rdr_other',
    payment: 'pi_other',
    read: 'read_other',
    amountMinor: 1_235,
    currency: 'usd',
  }
  test.each(Object.entries(others))('does not open for another %s', async (field, value) => {
    const { sealed } = await readCard(testReader(), 'visa')
    const context = { ...readRequest().context, [field]: value }
    expect(await openCard(nodeCrypto, () => gateway, context, sealed)).toEqual({
      ok: false,
      code: 'sealed_mismatch',
    })
  })

  test('of a magnetic stripe holds the track and no chip data', async () => {
    const secrets = await secretsOf(await readCard(testReader(), 'magstripe'))
    expect(secrets).toEqual({
      pan: '6011111111111117',
      expiry: '3012',
      panSequence: null,
      track2: '6011111111111117D30121012718281828',
      emv: '',
    })
  })
})

describe('DE55', () => {
  test('carries the sale as the card saw it at the first GENERATE AC', async () => {
    const read = await readCard(testReader(), 'visa')
    const { emv } = await secretsOf(read)
    const { '9F37': unpredictableNumber, ...tags } = Object.fromEntries(parseBerTlv(emv))
    expect(unpredictableNumber).toMatch(/^[0-9A-F]{8}$/)
    expect(tags).toEqual({
      '9F26': read.receipt.applicationCryptogram,
      '9F27': '80',
      '9F10': '0601FF00000000',
      '9F36': '0001',
      '95': '0000008000',
      '9A': '260905',
      '9F21': '013005',
      '9C': '00',
      '9F02': '000000001234',
      '5F2A': '0978',
      '82': '3901',
      '9F1A': '0250',
      '9F33': '60F8C8',
      '9F34': '440302',
      '9F35': '22',
      '9F1E': '53494D3030303432',
      '84': 'A0000000031010',
      '9F09': '0096',
      '9F41': '00000001',
      '5F34': '01',
    })
    const digest = await nodeCrypto.sha256(must(fromHex(tags['9F26'] ?? ''), 'is hexadecimal'))
    expect(read.cryptogramSha256).toBe(toHex(digest))
  })

  test.each(readable)('of %s has no tag that names the card', async (card) => {
    const { emv } = await secretsOf(await readCard(testReader(), card))
    const tags = [...parseBerTlv(emv).keys()]
    expect(tags.filter((tag) => FORBIDDEN.includes(tag))).toEqual([])
    expect(tags.length).toBe(card === 'magstripe' ? 0 : 21)
  })

  test('is well formed for every amount, currency and counter', async () => {
    const counter = fc.integer({ min: 0, max: 0xffff })
    const money = fc.record({
      amountMinor: fc.integer({ min: 1, max: 999_999_999_999 }),
      currency: fc.constantFrom(...currencies),
    })
    const sale = fc.asyncProperty(money, counter, async (amount, atc) => {
      const counters = { load: () => ({ visa: atc, reader: atc }), save: () => {} }
      const request = readRequest(1, amount)
      const { emv } = await secretsOf(await readCard(testReader({ counters }), 'visa', request), request)
      const tags = parseBerTlv(emv)
      expect(Number(tags.get('9F02'))).toBe(amount.amountMinor)
      expect(Number.parseInt(tags.get('9F36') ?? '', 16)).toBe((atc % 0xffff) + 1)
      expect(emv.length / 2).toBeLessThanOrEqual(255)
    })
    await fc.assert(sale, { numRuns: 50 })
  })
})

describe('the transaction counter of a card', () => {
  async function atcOf(reader: ReturnType<typeof testReader>, card: string, read: number): Promise<number> {
    const request = readRequest(read)
    const { emv } = await secretsOf(await readCard(reader, card, request), request)
    await reader.complete(request.readId, { online: 'unable' })
    return Number.parseInt(parseBerTlv(emv).get('9F36') ?? '', 16)
  }

  test('rises with each read of that card, and over a restart where the counters are kept', async () => {
    let kept: Record<string, number> = {}
    const counters = {
      load: () => kept,
      save: (next: Record<string, number>) => {
        kept = next
      },
    }
    const before = testReader({ counters })
    expect(await atcOf(before, 'visa', 1)).toBe(1)
    expect(await atcOf(before, 'visa', 2)).toBe(2)
    expect(await atcOf(before, 'mastercard', 3)).toBe(1)
    expect(await atcOf(testReader({ counters }), 'visa', 4)).toBe(3)
    expect(kept).toEqual({ visa: 3, mastercard: 1, reader: 4 })
  })

  test('makes every cryptogram another one', async () => {
    const one = await readCard(testReader(), 'visa')
    const two = await readCard(testReader(), 'visa', readRequest(2))
    expect(two.cryptogramSha256).not.toBe(one.cryptogramSha256)
  })

  test('is durable before the card is answered: a failed save lets nothing out and frees the reader', async () => {
    const counters = {
      load: () => ({}),
      save: () => {
        throw new Error('disk full')
      },
    }
    const reader = testReader({ counters, present: () => 'visa' })
    await expect(reader.begin(readRequest())).rejects.toThrow('disk full')
    expect(reader.state()).toBe('idle')
  })
})
