import { describe, expect, test } from 'vitest'
import type { ReaderState } from './simulated-reader.ts'
import { readCard, readRequest, testReader } from './test-support/read-request.ts'

describe('the reader', () => {
  test('waits for a card, reads it, and is idle again when the read is completed', async () => {
    const reader = testReader()
    const states: ReaderState[] = []
    const unsubscribe = reader.subscribe((state) => states.push(state))
    expect(reader.state()).toBe('idle')
    const { readId } = await readCard(reader, 'visa')
    expect(reader.state()).toBe('reading')
    await reader.complete(readId, { online: 'unable' })
    expect(states).toEqual(['waiting', 'reading', 'idle'])
    unsubscribe()
    await readCard(reader, 'visa', readRequest(2))
    expect(states).toHaveLength(3)
  })

  test('is busy while it waits and until the read is completed, and the first read is unharmed', async () => {
    const reader = testReader()
    const busy = { status: 'failed', code: 'reader_busy' }
    const begun = reader.begin(readRequest(1))
    expect(await reader.begin(readRequest(2))).toEqual(busy)
    reader.present('visa')
    expect((await begun).status).toBe('read')
    expect(await reader.begin(readRequest(2))).toEqual(busy)
    expect((await reader.complete(readRequest(1).readId, { online: 'unable' })).cryptogram).toBe('AAC')
    expect((await readCard(reader, 'visa', readRequest(2))).readId).toBe(readRequest(2).readId)
  })

  test('ends a pending read as canceled, and reads the next one', async () => {
    const reader = testReader()
    const begun = reader.begin(readRequest())
    reader.cancel()
    expect(reader.state()).toBe('idle')
    expect(await begun).toEqual({ status: 'canceled' })
    expect((await readCard(reader, 'visa')).cryptogram).toBe('ARQC')
  })

  test('does not let go of a card that is already being read when canceled', async () => {
    const reader = testReader()
    const begun = reader.begin(readRequest())
    reader.present('visa')
    reader.cancel()
    expect(reader.state()).toBe('reading')
    expect((await begun).status).toBe('read')
  })

  test('keeps a card that lies on it for the next read only, and a cancel takes it away', async () => {
    const reader = testReader()
    reader.present('blocked')
    expect(reader.state()).toBe('idle')
    expect(await reader.begin(readRequest())).toEqual({ status: 'failed', code: 'card_blocked' })
    reader.present('blocked')
    reader.cancel()
    expect((await readCard(reader, 'visa')).facts.last4).toBe('4242')
  })

  test('reads one card, though a second one is held to it', async () => {
    const reader = testReader()
    const begun = reader.begin(readRequest())
    reader.present('visa')
    reader.present('blocked')
    expect(await begun).toMatchObject({ status: 'read', read: { facts: { last4: '4242' } } })
    await reader.complete(readRequest().readId, { online: 'unable' })
    expect((await readCard(reader, 'visa', readRequest(2))).facts.last4).toBe('4242')
  })

  test('a card torn out fails the read, and the same read may begin again', async () => {
    const cards = ['removed', 'visa']
    const reader = testReader({ present: () => cards.shift() ?? null })
    expect(await reader.begin(readRequest())).toEqual({ status: 'failed', code: 'card_removed' })
    expect((await reader.begin(readRequest())).status).toBe('read')
  })

  test('completes a read once: a second answer, also another one at the same time, changes nothing', async () => {
    const reader = testReader()
    const { readId } = await readCard(reader, 'visa')
    const [one, two] = await Promise.all([
      reader.complete(readId, { online: 'answered', responseCode: '00' }),
      reader.complete(readId, { online: 'unable' }),
    ])
    expect(one.cryptogram).toBe('TC')
    expect(two).toEqual(one)
    await readCard(reader, 'mastercard', readRequest(2))
    expect(await reader.complete(readId, { online: 'unable' })).toEqual(one)
    expect(reader.state()).toBe('reading')
  })

  test('refuses to complete a read that never began', async () => {
    const reader = testReader()
    await expect(reader.complete('read_unknown', { online: 'unable' })).rejects.toThrow('Assertion failed')
    await readCard(reader, 'visa')
    await expect(reader.complete('read_unknown', { online: 'unable' })).rejects.toThrow('Assertion failed')
    expect(reader.state()).toBe('reading')
  })

  test('refuses a sale whose seal would name another amount, read or reader', async () => {
    const reader = testReader({ present: () => 'visa' })
    const request = readRequest()
    for (const part of [{ amountMinor: 1 }, { currency: 'usd' }, { read: 'x' }, { reader: 'x' }]) {
      const begun = reader.begin({ ...request, context: { ...request.context, ...part } })
      await expect(begun).rejects.toThrow('Assertion failed')
      expect(reader.state()).toBe('idle')
    }
    await expect(reader.begin(readRequest(1, { amountMinor: 0.5, currency: 'eur' }))).rejects.toThrow(
      'Assertion failed',
    )
  })

  test('is idle again when the keys it was given are broken', async () => {
    const reader = testReader({ present: () => 'visa' })
    const sealKey = { keyId: 'x', publicKey: '!' }
    await expect(reader.begin({ ...readRequest(), sealKey })).rejects.toThrow('well-formed keys')
    expect(reader.state()).toBe('idle')
  })

  test('says what it is', () => {
    expect(testReader().info.model).toContain('not PCI-certified')
  })
})
