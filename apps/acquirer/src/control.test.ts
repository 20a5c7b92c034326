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
  ])('takes the rule %j and forgets it on DELETE', async (rule) => {
    expect((await post(rule)).statusCode).toBe(201)
    expect(script.rules()).toEqual([rule])
    expect((await app.inject('/script')).json()).toEqual([rule])
    expect((await app.inject({ method: 'DELETE', url: '/script' })).statusCode).toBe(204)
    expect(script.rules()).toEqual([])
  })

  it.each([
    {},
    { match: {} },
    { match: { card: 'nobody' }, do: { cut: true } },
    { match: { next: 0 }, do: { cut: true } },
    { match: { next: '1' }, do: { cut: true } },
    { match: { nxt: 1 }, do: { cut: true } },
    { match: {}, do: {} },
    { match: {}, do: { cut: false } },
    { match: {}, do: { responseCode: '5' } },
    { match: {}, do: { delayMs: 5, cut: true } },
    { match: {}, do: { drop: 'sometimes' } },
  ])('refuses %j', async (rule) => {
    expect((await post(rule)).statusCode).toBe(400)
    expect(script.rules()).toEqual([])
  })

  it('P9: does not echo a card number that was given as a name', async () => {
    const answer = await post({ match: { card: panOf('visa') }, do: { cut: true } })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).not.toContain(panOf('visa'))
  })
})
