import { nodeCrypto } from '@holdfast/envelope/node'
import { describe, expect, test } from 'vitest'
import { memoryCounters } from './card-counters.ts'
import { openSession } from './card-session.ts'
import { cardNames, simulatedCards } from './simulated-cards.ts'
import { findCardData } from './test-support/find-card-data.ts'
import { readRequest, secretsOf, testReader } from './test-support/read-request.ts'

describe('the scan for card data (positive control)', () => {
  const { pan } = simulatedCards.amex
  test.each([
    ['digits', pan],
    ['a number', Number(pan)],
    ['groups of digits', '3782 822463-10005'],
    ['a track', `;${pan}=30121010000000000?`],
    ['ASCII bytes', new TextEncoder().encode(pan)],
    ['BCD bytes', Uint8Array.from(Buffer.from(`${pan}F`, 'hex'))],
    ['BCD bytes padded in front', Uint8Array.from(Buffer.from(`0${pan}`, 'hex'))],
    ['hexadecimal of ASCII', Buffer.from(pan).toString('hex')],
    ['base64url inside JSON', JSON.stringify({ ciphertext: Buffer.from(`"${pan}"`).toString('base64url') })],
    ['base64url of BCD', Buffer.from(`${pan}F`, 'hex').toString('base64url')],
    ['the message of an error', new Error(`cannot read ${pan}`)],
    ['the cause of an error', new Error('cannot read', { cause: new Error(pan) })],
    ['a key of an object', { [`card ${pan}`]: 1 }],
    ['a map', new Map([[1, pan]])],
  ])('finds a number written as %s, deep inside', (_form, value) => {
    expect(findCardData({ a: [{ b: value }] })).toContain('amex')
  })

  test('finds the rest of a track without the number', () => {
    expect(findCardData({ track: '=30121012718281828?' })).toEqual(['magstripe'])
  })

  test('finds the number in what a sealed block opens to, for every card that can be read', async () => {
    for (const card of cardNames) {
      const reader = testReader({ present: () => card })
      const result = await reader.begin(readRequest())
      if (result.status === 'read') expect(findCardData(await secretsOf(result.read))).toContain(card)
    }
  })
})

describe.each(cardNames)('P9: of %s', (card) => {
  test('nothing that leaves the reader holds the number or the track', async () => {
    const left: unknown[] = []
    const memory = memoryCounters()
    const counters = {
      load: () => memory.load(),
      save(next: Record<string, number>) {
        left.push(next)
        memory.save(next)
      },
    }
    const reader = testReader({ counters })
    reader.subscribe((state) => left.push(state))
    for (const [read, answer] of [
      { online: 'answered', responseCode: '00' } as const,
      { online: 'answered', responseCode: '51' } as const,
      { online: 'unable' } as const,
    ].entries()) {
      const begun = reader.begin(readRequest(read))
      reader.present(simulatedCards[card].pan)
      const result = await begun
      left.push(result)
      if (result.status === 'read') left.push(await reader.complete(result.read.readId, answer))
    }
    left.push(reader.info, JSON.stringify(left))
    expect(left.length).toBeGreaterThan(8)
    expect(findCardData(left)).toEqual([])
  })

  test('the session that waits for the second GENERATE AC holds neither', async () => {
    const world = {
      crypto: nodeCrypto,
      fingerprintKey: new Uint8Array(32),
      serialNumber: '1',
      counters: memoryCounters(),
    }
    expect(findCardData(await openSession(world, card, readRequest()))).toEqual([])
  })
})

describe('P9: an error', () => {
  async function thrown(work: () => unknown): Promise<unknown> {
    try {
      await work()
    } catch (error) {
      return error
    }
    return null
  }

  test('about a card that is not simulated does not repeat what was typed', async () => {
    const error = await thrown(() => testReader().present('4111111111111111'))
    expect(String(error)).toContain('Assertion failed')
    expect(String(error)).not.toContain('4111')
  })

  test('about broken keys or counters does not tell the number', async () => {
    const reader = testReader({ present: () => simulatedCards.visa.pan })
    const sealKey = { keyId: 'x', publicKey: '!' }
    const error = await thrown(() => reader.begin({ ...readRequest(), sealKey }))
    expect(error).toBeInstanceOf(Error)
    expect(findCardData(error)).toEqual([])
  })
})
