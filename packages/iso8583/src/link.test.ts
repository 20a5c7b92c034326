import { beforeEach, describe, expect, it } from 'vitest'

import type { Connection, Dialer } from './link-ports.ts'
import type { Exchange } from './link-types.ts'
import { AcquirerLink, type LinkOptions } from './link.ts'
import type { Iso8583Message } from './message.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import { ManualClock } from './test-support/manual-clock.ts'
import { answer, request, TestHost } from './test-support/test-host.ts'

describe('AcquirerLink', () => {
  let clock: ManualClock
  let host: TestHost
  let log: string[]
  let unmatched: Iso8583Message[]
  let link: AcquirerLink

  const newLink = (options: Partial<LinkOptions> = {}) =>
    new AcquirerLink({
      profile: bcdBinary1987,
      dialer: host,
      clock,
      random: () => 0.5,
      onStateChange: (state, why) => log.push(`${clock.monotonicMs()} ${state} ${why}`),
      onUnmatched: (message) => unmatched.push(message),
      ...options,
    })

  /** The exchange's outcome as far as it is known. */
  const watch = (exchange: Promise<Exchange>) => {
    const seen: Exchange[] = []
    void exchange.then((outcome) => seen.push(outcome))
    return seen
  }

  beforeEach(() => {
    clock = new ManualClock()
    host = new TestHost()
    log = []
    unmatched = []
    link = newLink()
  })

  it('signs on before anything else', async () => {
    host.answersNetwork = () => undefined
    link.start()
    await clock.pass(100)
    expect(link.state()).toBe('signing_on')
    expect(await link.exchange(request(), { timeoutMs: 1000 })).toEqual({
      kind: 'not_sent',
      why: 'not_connected',
    })
    expect(host.received.map(({ mti, fields }) => [mti, fields[70]])).toEqual([['0800', '001']])
  })

  it('is up after the sign-on and brings an answer to its request', async () => {
    link.start()
    await clock.pass(1)
    expect(log).toEqual(['0 signing_on connected', '0 up signed_on'])
    const seen = watch(link.exchange(request(), { timeoutMs: 1000 }))
    host.say(answer())
    await clock.pass(0)
    expect(seen).toEqual([{ kind: 'answer', message: answer() }])
  })

  it('carries many exchanges at once, answered in any order', async () => {
    link.start()
    await clock.pass(1)
    const stans = ['000001', '000002', '000003']
    const seen = stans.map((stan) => watch(link.exchange(request({ stan }), { timeoutMs: 1000 })))
    for (const stan of stans.toReversed()) host.say(answer({ stan, approvalCode: stan }))
    await clock.pass(0)
    expect(seen.flat().map((exchange) => exchange.kind === 'answer' && exchange.message.fields[38])).toEqual(
      stans,
    )
  })

  it.each([
    ['terminal', { terminalId: 'T2' }],
    ['STAN', { stan: '000099' }],
    ['local time', { saleLocalTime: { MMDD: '1120', hhmmss: '190510' } }],
    ['local date', { saleLocalTime: { MMDD: '1121', hhmmss: '190509' } }],
    ['RRN', { rrn: 'R00000000099' }],
  ])('does not take an answer with another %s', async (_, changes) => {
    link.start()
    await clock.pass(1)
    const seen = watch(link.exchange(request(), { timeoutMs: 1000 }))
    host.say(answer(changes))
    await clock.pass(999)
    expect(seen).toEqual([])
    expect(unmatched).toEqual([answer(changes)])
  })

  it('does not take a reversal answer for an authorisation answer', async () => {
    link.start()
    await clock.pass(1)
    const seen = watch(link.exchange(request(), { timeoutMs: 1000 }))
    const { 4: _amount, 38: _approval, ...fields } = answer().fields
    host.say({ mti: '0410', fields })
    await clock.pass(1)
    expect(seen).toEqual([])
    expect(unmatched).toHaveLength(1)
  })

  it('a time-out is no answer, and the late answer is handed over as unmatched', async () => {
    link.start()
    await clock.pass(1)
    const seen = watch(link.exchange(request(), { timeoutMs: 1000 }))
    await clock.pass(1000)
    expect(seen).toEqual([{ kind: 'no_answer', why: 'timeout' }])
    host.say(answer())
    expect(unmatched).toEqual([answer()])
    expect(link.state()).toBe('up')
  })

  it('the answer to the original also answers its repeat, and a second copy is unmatched', async () => {
    link.start()
    await clock.pass(1)
    watch(link.exchange(request(), { timeoutMs: 1000 }))
    await clock.pass(1000)
    const seen = watch(link.exchange(request({ repeat: true }), { timeoutMs: 1000 }))
    host.say(answer())
    host.say(answer())
    await clock.pass(0)
    expect(seen).toEqual([{ kind: 'answer', message: answer() }])
    expect(unmatched).toHaveLength(1)
  })

  it('P2: the same transaction is never in flight twice', async () => {
    link.start()
    await clock.pass(1)
    watch(link.exchange(request(), { timeoutMs: 1000 }))
    expect(await link.exchange(request({ repeat: true }), { timeoutMs: 1000 })).toEqual({
      kind: 'not_sent',
      why: 'already_in_flight',
    })
    expect(host.received.filter(({ mti }) => mti !== '0800')).toHaveLength(1)
  })

  it('P2: nothing leaves once sendBefore has come', async () => {
    link.start()
    await clock.pass(1)
    const sendBeforeMs = clock.wallMs() + 10
    await clock.pass(10)
    const exchange = await link.exchange(request(), { timeoutMs: 1000, sendBeforeMs })
    expect(exchange).toEqual({ kind: 'not_sent', why: 'send_before_passed' })
    expect(host.received.filter(({ mti }) => mti !== '0800')).toEqual([])
  })

  it('refuses what it cannot write or what nothing answers', async () => {
    link.start()
    await clock.pass(1)
    const notValid = { kind: 'not_sent', why: 'message_not_valid' }
    expect(await link.exchange(request({ stan: '7' }), { timeoutMs: 1000 })).toEqual(notValid)
    expect(await link.exchange(answer(), { timeoutMs: 1000 })).toEqual(notValid)
  })

  it('has a limit on what is in flight', async () => {
    link = newLink({ limits: { inFlightMax: 1 } })
    link.start()
    await clock.pass(1)
    watch(link.exchange(request(), { timeoutMs: 1000 }))
    expect(await link.exchange(request({ stan: '000043' }), { timeoutMs: 1000 })).toEqual({
      kind: 'not_sent',
      why: 'too_many_in_flight',
    })
  })

  it('a lost connection leaves every exchange without answer, and the link comes back', async () => {
    link.start()
    await clock.pass(1)
    const seen = ['000001', '000002'].map((stan) =>
      watch(link.exchange(request({ stan }), { timeoutMs: 9000 })),
    )
    host.connection?.closed()
    await clock.pass(0)
    expect(seen.flat()).toEqual([
      { kind: 'no_answer', why: 'connection_lost' },
      { kind: 'no_answer', why: 'connection_lost' },
    ])
    expect(await link.exchange(request(), { timeoutMs: 1 })).toEqual({
      kind: 'not_sent',
      why: 'not_connected',
    })
    await clock.pass(100)
    expect(link.state()).toBe('up')
  })

  it('a send that throws may have sent: no answer, never "not sent"', async () => {
    link.start()
    await clock.pass(1)
    host.sendThrows = true
    expect(await link.exchange(request(), { timeoutMs: 1000 })).toEqual({
      kind: 'no_answer',
      why: 'connection_lost',
    })
    expect(link.state()).toBe('down')
    expect(host.connection?.open).toBe(false)
  })

  it('a malformed message closes the connection', async () => {
    link.start()
    await clock.pass(1)
    const seen = watch(link.exchange(request(), { timeoutMs: 9000 }))
    host.connection?.receive(Uint8Array.of(1, 2, 3))
    await clock.pass(0)
    expect(seen).toEqual([{ kind: 'no_answer', why: 'connection_lost' }])
    expect(host.connection?.open).toBe(false)
    expect(log.at(-1)).toBe('1 down malformed_message')
  })

  it('backs off with full jitter up to the limit while the host is away', async () => {
    host.reachable = false
    link = newLink({ limits: { backoffBaseMs: 100, backoffMaxMs: 400 } })
    link.start()
    const dialsAt: number[] = []
    for (let ms = 0; ms < 1000; ms += 10) {
      const before = host.dials
      await clock.pass(10)
      if (host.dials > before) dialsAt.push(ms)
    }
    // Half of 100, 200, 400, 400 …: the injected random is 0.5.
    expect(dialsAt.map((atMs, index) => atMs - (dialsAt[index - 1] ?? 0))).toEqual([
      40, 100, 200, 200, 200, 200,
    ])
  })

  it('a dialer that never answers is given up and its late connection closed', async () => {
    const late: { resolve: (connection: Connection) => void; closed: boolean }[] = []
    const dialer: Dialer = {
      dial: () =>
        new Promise((resolve) => {
          late.push({ resolve, closed: false })
        }),
    }
    link = newLink({ dialer, limits: { connectTimeoutMs: 500 } })
    link.start()
    await clock.pass(1000)
    expect(late.length).toBeGreaterThan(1)
    const first = late[0]
    first?.resolve({
      send: () => {},
      onMessage: () => {},
      onClose: () => {},
      close: () => {
        first.closed = true
      },
    })
    await clock.pass(0)
    expect(first?.closed).toBe(true)
    expect(link.state()).toBe('down')
  })

  it.each([
    ['refuses', '91', 'sign_on_refused', 0],
    ['ignores', undefined, 'sign_on_unanswered', 3000],
  ])('a host that %s the sign-on is tried again later', async (_, responseCode, why, atMs) => {
    host.answersNetwork = () => responseCode
    link.start()
    await clock.pass(3000)
    expect(log.slice(0, 2)).toEqual(['0 signing_on connected', `${atMs} down ${why}`])
    host.answersNetwork = () => '00'
    await clock.pass(20_000)
    expect(link.state()).toBe('up')
  })

  it('asks for an echo after a silence and keeps the link while it is answered', async () => {
    link.start()
    await clock.pass(60_000)
    expect(host.received.map(({ fields }) => fields[70])).toEqual(['001', '301', '301', '301', '301'])
    expect(link.state()).toBe('up')
  })

  it('does not ask for an echo while answers come in', async () => {
    link.start()
    for (let index = 0; index < 10; index += 1) {
      await clock.pass(10_000)
      host.say(answer())
    }
    expect(host.received.map(({ fields }) => fields[70])).toEqual(['001'])
  })

  it('a host that takes messages and never answers is left', async () => {
    link.start()
    await clock.pass(1)
    host.answersNetwork = (code) => (code === '001' ? '00' : undefined)
    await clock.pass(18_000)
    expect(log).toContain('18000 down echo_unanswered')
  })

  it('stops for good: exchanges end, the connection closes, no timer is left', async () => {
    link.start()
    await clock.pass(1)
    const seen = watch(link.exchange(request(), { timeoutMs: 9000 }))
    link.stop()
    await clock.pass(60_000)
    expect(seen).toEqual([{ kind: 'no_answer', why: 'link_stopped' }])
    expect(host.connection?.open).toBe(false)
    expect(host.dials).toBe(1)
    expect(clock.pendingTimers()).toBe(0)
  })

  it('can be stopped by whoever watches its state', async () => {
    link = newLink({ onStateChange: (state) => state === 'signing_on' && link.stop() })
    link.start()
    await clock.pass(10_000)
    expect(link.state()).toBe('down')
    expect(host.received).toEqual([])
    expect(clock.pendingTimers()).toBe(0)
  })
})
