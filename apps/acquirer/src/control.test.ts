import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'

import { createControl } from './control.ts'
import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host } from './host.ts'
import { memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import { panOf, requestMessage } from './test-support/sample-messages.ts'

describe('control', () => {
  let script: Script
  let host: Host
  let app: FastifyInstance

  beforeEach(() => {
    script = new Script()
    const fingerprint = createFingerprint(new Uint8Array(32))
    host = createHost({ nowMs: () => 1_000, journal: memoryJournal(), fingerprint, script })
    app = createControl({ host, script })
  })

  const post = (payload: object) => app.inject({ method: 'POST', url: '/script', payload })

  it('is healthy', async () => {
    expect((await app.inject('/healthz')).statusCode).toBe(200)
  })

  it('shows the journal, whole or by RRN and terminal', async () => {
    for (const [sale, terminalId] of ['T1', 'T1', 'T2'].entries())
      host.handle(requestMessage(sale, { terminalId }))
    const stans = async (url: string) =>
      (await app.inject(url)).json<{ stan: string }[]>().map(({ stan }) => stan)
    expect(await stans('/journal')).toEqual(['000000', '000001', '000002'])
    expect(await stans('/journal?terminal=T1')).toEqual(['000000', '000001'])
    expect(await stans('/journal?terminal=T1&rrn=R00000000001')).toEqual(['000001'])
    expect(await stans('/journal?terminal=T2&rrn=R00000000001')).toEqual([])
    expect((await app.inject('/journal?card=visa')).statusCode).toBe(400)
  })

  it('P9: the journal names every fact of the contract and no card number', async () => {
    host.handle(requestMessage(1))
    const answer = await app.inject('/journal')
    expect(answer.json<object[]>()[0]).toMatchObject({
      mti: '0100',
      stan: '000001',
      rrn: 'R00000000001',
      terminal: 'T1',
      amountMinor: 1_250,
      currency: '978',
      cardFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      outcome: 'approved',
      responseCode: '00',
      approvalCode: expect.stringMatching(/^.{6}$/),
      reversed: false,
    })
    expect(answer.body).not.toContain(panOf('visa'))
  })

  it.each([
    { match: { card: 'visa', amountMinor: 5, next: 1 }, do: { responseCode: '05' } },
    { match: {}, do: { responseCode: '10', approvedMinor: 5 } },
    { match: { next: 3 }, do: { drop: 'before' } },
    { match: { message: 'reversal' }, do: { drop: 'after' } },
    { match: {}, do: { delayMs: 10 } },
    { match: {}, do: { duplicate: true } },
    { match: {}, do: { cut: true } },
    { match: { message: 'advice' }, do: { cut: { afterBytes: 3 } } },
    { match: { deferred: true }, do: { responseCode: '51' } },
    { match: { message: 'network' }, do: { garbage: true, delayMs: 5 } },
    { match: {}, do: { lateAnswer: true, responseCode: '05' } },
    { match: {}, do: { responseCode: '91', delayMs: 5, duplicate: true } },
  ])('takes the rule %j and forgets it on DELETE', async (rule) => {
    expect((await post(rule)).statusCode).toBe(201)
    expect(script.rules()).toEqual([rule])
    expect((await app.inject('/script')).json()).toEqual([rule])
    expect((await app.inject({ method: 'DELETE', url: '/script' })).statusCode).toBe(204)
    expect(script.rules()).toEqual([])
  })

  it.each<[string, object]>([
    ['match', {}],
    ['do', { match: {} }],
    ['match.card', { match: { card: 'nobody' }, do: { cut: true } }],
    ['match.amountMinor', { match: { amountMinor: 1.5 }, do: { cut: true } }],
    ['match.next', { match: { next: 0 }, do: { cut: true } }],
    ['match.next', { match: { next: '1' }, do: { cut: true } }],
    ['match.nxt', { match: { nxt: 1 }, do: { cut: true } }],
    ['match.message', { match: { message: 'sale' }, do: { cut: true } }],
    ['match.message', { match: { message: 'network', card: 'visa' }, do: { cut: true } }],
    ['match.deferred', { match: { message: 'reversal', deferred: true }, do: { cut: true } }],
    ['do', { match: {}, do: {} }],
    ['do.explode', { match: {}, do: { explode: true } }],
    ['do.cut', { match: {}, do: { cut: false } }],
    ['do.cut.afterBytes', { match: {}, do: { cut: { afterBytes: -1 } } }],
    ['do.responseCode', { match: {}, do: { responseCode: '5' } }],
    ['do.delayMs', { match: {}, do: { delayMs: 'soon' } }],
    ['do.delayMs', { match: {}, do: { delayMs: 5, cut: true } }],
    ['do.approvedMinor', { match: {}, do: { approvedMinor: 5 } }],
    ['do.lateAnswer', { match: {}, do: { drop: 'after', lateAnswer: true } }],
    ['do.drop', { match: {}, do: { drop: 'sometimes' } }],
    ['do.wrongMac', { match: {}, do: { wrongMac: true } }],
  ])('refuses a fault in %s of %j by its name', async (field, rule) => {
    const answer = await post(rule)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: { code: 'not_valid', field } })
    expect(script.rules()).toEqual([])
  })

  it('takes a wrong MAC where there are MACs', async () => {
    app = createControl({ host, script, hasMac: true })
    expect((await post({ match: {}, do: { wrongMac: true } })).statusCode).toBe(201)
  })

  it('refuses what is no JSON', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/script',
      headers: { 'content-type': 'application/json' },
      payload: '{"match":',
    })
    expect([answer.statusCode, answer.json<{ error: object }>().error]).toMatchObject([400, { field: null }])
  })

  it('sets an account and shows it', async () => {
    const payload = { card: 'visa', currency: '978', availableMinor: 500, partialApprovals: true }
    const made = await app.inject({ method: 'POST', url: '/accounts', payload })
    expect([made.statusCode, made.json()]).toEqual([201, { ...payload, chargedMinor: 0 }])
    expect((await app.inject('/accounts')).json()).toEqual([{ ...payload, chargedMinor: 0 }])
    for (const [field, wrong] of [
      ['card', { card: 'nobody' }],
      ['currency', { currency: 'EUR' }],
      ['availableMinor', { availableMinor: -1 }],
      ['availableMinor', { availableMinor: undefined }],
    ] as const) {
      const answer = await app.inject({ method: 'POST', url: '/accounts', payload: { ...payload, ...wrong } })
      expect(answer.json()).toMatchObject({ error: { field } })
    }
  })

  it('makes chargebacks and lists them', async () => {
    host.handle(requestMessage(1))
    const charge = (payload: object) => app.inject({ method: 'POST', url: '/chargebacks', payload })
    const order = { rrn: 'R00000000001', reason: '10.4' }
    expect((await charge({ ...order, amountMinor: 9_999 })).json()).toMatchObject({
      error: { code: 'amount_too_large', field: 'amountMinor' },
    })
    expect((await charge(order)).statusCode).toBe(201)
    expect((await charge(order)).statusCode).toBe(409)
    expect((await charge({ ...order, rrn: 'R00000000009' })).statusCode).toBe(404)
    expect((await charge({ ...order, amountMinor: 0 })).json()).toMatchObject({
      error: { field: 'amountMinor' },
    })
    expect((await charge({ rrn: 'R00000000001' })).json()).toMatchObject({ error: { field: 'reason' } })
    expect((await app.inject('/chargebacks')).json()).toMatchObject([{ id: 'cb_000001', amountMinor: 1_250 }])
  })

  it('puts its clock forward and never back', async () => {
    const advance = (advanceMs: unknown) =>
      app.inject({ method: 'POST', url: '/clock', payload: { advanceMs } })
    expect((await advance(60_000)).json()).toEqual({ nowMs: 61_000 })
    expect((await app.inject('/clock')).json()).toEqual({ nowMs: 61_000 })
    expect((await advance(-1)).json()).toMatchObject({ error: { field: 'advanceMs' } })
    host.handle(requestMessage(1))
    expect((await app.inject('/journal')).json()).toMatchObject([{ atMs: 61_000, kind: 'online' }])
  })

  it('P9: does not echo a card number that was given as a name', async () => {
    const answer = await post({ match: { card: panOf('visa') }, do: { cut: true } })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).not.toContain(panOf('visa'))
  })
})
