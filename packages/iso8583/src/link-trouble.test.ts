import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { encode } from './codec.ts'
import { LinkSession } from './link-session.ts'
import type { Exchange, LateAnswer } from './link-types.ts'
import { AcquirerLink, type LinkOptions } from './link.ts'
import type { MacFunction } from './message-mac.ts'
import type { Iso8583Message } from './message.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import { aesCmac } from './tcp/mac-functions.ts'
import { arbitraryMessage } from './test-support/arbitrary-message.ts'
import { ManualClock } from './test-support/manual-clock.ts'
import { answer, request, TestHost } from './test-support/test-host.ts'

let clock: ManualClock
let host: TestHost
let late: LateAnswer[]
let unmatched: Iso8583Message[]
let log: string[]

const newLink = (options: Partial<LinkOptions> = {}) =>
  new AcquirerLink({
    profile: bcdBinary1987,
    dialer: host,
    clock,
    random: () => 0.5,
    onStateChange: (state, why) => log.push(`${state} ${why}`),
    onBreakerChange: (state) => log.push(`breaker ${state}`),
    onLate: (answered) => late.push(answered),
    onUnmatched: (message) => unmatched.push(message),
    ...options,
  })

const start = async (link: AcquirerLink): Promise<void> => {
  link.start()
  await clock.pass(1)
}

const ask = async (link: AcquirerLink, sale: number, timeoutMs = 100): Promise<Exchange> => {
  const seen: Exchange[] = []
  void link
    .exchange(request({ stan: String(sale).padStart(6, '0') }), { timeoutMs })
    .then((exchange) => seen.push(exchange))
  await clock.pass(timeoutMs)
  const [exchange] = seen
  if (exchange === undefined) throw new Error('the exchange hangs')
  return exchange
}

const answerTo = ({ fields }: Iso8583Message) => answer({ stan: fields[11] ?? '' })
const sales = () => host.received.filter(({ mti }) => mti !== '0800').length

beforeEach(() => {
  clock = new ManualClock()
  host = new TestHost()
  late = []
  unmatched = []
  log = []
})

describe('late answers', () => {
  it('MC1: an answer after the time-out is handed over as late, its second copy as unmatched', async () => {
    const link = newLink()
    await start(link)
    expect(await ask(link, 42)).toEqual({ kind: 'no_answer', why: 'timeout' })
    await clock.pass(900)
    host.say(answer())
    host.say(answer())
    expect(late).toEqual([{ message: answer(), sinceSentMs: 1_000 }])
    expect(unmatched).toEqual([answer()])
  })

  it('an answer that comes on the next connection is late as well', async () => {
    const link = newLink()
    await start(link)
    const exchange = link.exchange(request(), { timeoutMs: 9_000 })
    host.connection?.closed()
    expect(await exchange).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    await clock.pass(1_000)
    host.say(answer())
    expect(late).toHaveLength(1)
  })

  it('what nobody asked is not late, nor is what was asked too long ago', async () => {
    const link = newLink({ limits: { lateWithinMs: 5_000 } })
    await start(link)
    await ask(link, 42)
    await clock.pass(5_000)
    host.say(answer())
    host.say(answer({ stan: '000043' }))
    expect(late).toEqual([])
    expect(unmatched).toHaveLength(2)
  })

  it('asked again, the first answer belongs to the repeat', async () => {
    const link = newLink()
    await start(link)
    await ask(link, 42)
    const exchange = link.exchange(request({ repeat: true }), { timeoutMs: 100 })
    host.say(answer())
    host.say(answer())
    expect(await exchange).toEqual({ kind: 'answer', message: answer() })
    expect([late, unmatched]).toEqual([[], [answer()]])
  })

  it('keeps no more of them than its limit', async () => {
    const link = newLink({ limits: { lateMax: 2, breakerFailuresMax: 99 } })
    await start(link)
    for (const sale of [1, 2, 3]) await ask(link, sale)
    for (const stan of ['000001', '000002', '000003']) host.say(answer({ stan }))
    expect(late.map(({ message }) => message.fields[11])).toEqual(['000002', '000003'])
  })
})

describe('circuit breaker', () => {
  const limits = { breakerFailuresMax: 3, breakerOpenMs: 1_000, breakerOpenMaxMs: 4_000 }
  const open = async (): Promise<AcquirerLink> => {
    const link = newLink({ limits })
    await start(link)
    for (const sale of [1, 2, 3]) await ask(link, sale)
    return link
  }

  it('P2: after N silent exchanges nothing more is sent, and the state says so', async () => {
    const link = await open()
    expect([link.state(), link.breaker()]).toEqual(['suspended', 'open'])
    expect(await ask(link, 4)).toEqual({ kind: 'not_sent', why: 'circuit_open' })
    expect(sales()).toBe(3)
  })

  it('an answer in between begins the count anew', async () => {
    const link = newLink({ limits })
    await start(link)
    for (const sale of [1, 2]) await ask(link, sale)
    host.answers = answerTo
    expect((await ask(link, 3)).kind).toBe('answer')
    host.answers = () => undefined
    for (const sale of [4, 5]) await ask(link, sale)
    expect(link.breaker()).toBe('closed')
  })

  it('half open after an echo, it lets one exchange try, and an answer closes it', async () => {
    const link = await open()
    await clock.pass(1_000)
    expect([link.state(), link.breaker()]).toEqual(['up', 'half_open'])
    host.answers = (message) => (message.fields[11] === '000005' ? answerTo(message) : undefined)
    const trial = link.exchange(request({ stan: '000004' }), { timeoutMs: 100 })
    expect(link.state()).toBe('suspended')
    expect(await link.exchange(request({ stan: '000005' }), { timeoutMs: 100 })).toMatchObject({
      why: 'circuit_open',
    })
    host.say(answer({ stan: '000004' }))
    expect((await trial).kind).toBe('answer')
    expect([link.state(), link.breaker()]).toEqual(['up', 'closed'])
  })

  it('a trial that fails opens it for twice as long, at most the maximum', async () => {
    const link = await open()
    const waits: number[] = []
    for (let sale = 4; sale < 8; sale += 1) {
      let waitedMs = 0
      while (link.breaker() === 'open') {
        await clock.pass(100)
        waitedMs += 100
      }
      waits.push(waitedMs)
      await ask(link, sale)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 4_000])
  })

  it('a host that is silent to the probe as well is left, and the next sign-on is a probe', async () => {
    const link = await open()
    host.answersNetwork = () => undefined
    await clock.pass(1_000 + 3_000)
    expect(log.at(-1)).toBe('down echo_unanswered')
    host.answersNetwork = () => '00'
    await clock.pass(1_000)
    expect([link.state(), link.breaker()]).toEqual(['up', 'half_open'])
  })

  it('lost connections do not open it: the link sees to these itself', async () => {
    const link = newLink({ limits })
    await start(link)
    for (let sale = 1; sale < 9; sale += 1) {
      await clock.pass(20_000)
      const exchange = link.exchange(request(), { timeoutMs: 9_000 })
      host.connection?.closed()
      expect(await exchange).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    }
    expect(link.breaker()).toBe('closed')
  })

  it('leaves no timer when the link stops, and is closed when it starts again', async () => {
    const link = await open()
    link.stop()
    expect(clock.pendingTimers()).toBe(0)
    await start(link)
    expect(link.state()).toBe('up')
    expect(link.breaker()).toBe('closed')
  })

  it('leaves no timer when the link stops in the middle of a trial', async () => {
    const link = await open()
    await clock.pass(1_000)
    void link.exchange(request(), { timeoutMs: 100 })
    link.stop()
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('the socket', () => {
  it('P2: refuses what would wait in this process, since nobody would check its time', async () => {
    const link = newLink()
    await start(link)
    host.backlogBytes = 1
    expect(await ask(link, 1)).toEqual({ kind: 'not_sent', why: 'congested' })
    host.backlogBytes = 0
    host.answers = answerTo
    expect((await ask(link, 1)).kind).toBe('answer')
  })
})

describe('signing off', () => {
  it('takes nothing new, waits for what is in flight, says 002 and stops', async () => {
    const link = newLink()
    await start(link)
    const inFlight = link.exchange(request(), { timeoutMs: 9_000 })
    const gone = link.signOff()
    expect(await ask(link, 7)).toEqual({ kind: 'not_sent', why: 'signing_off' })
    expect(host.received.at(-1)?.mti).toBe('0100')
    host.say(answer())
    expect((await inFlight).kind).toBe('answer')
    await gone
    expect(host.received.at(-1)?.fields[70]).toBe('002')
    expect([link.state(), host.connection?.open, clock.pendingTimers()]).toEqual(['down', false, 0])
    await start(link)
    expect(link.state()).toBe('up')
  })

  it('a host that ignores it does not keep us', async () => {
    const link = newLink()
    await start(link)
    host.answersNetwork = () => undefined
    void link.signOff()
    await clock.pass(3_000)
    expect(host.connection?.open).toBe(false)
  })

  it('answers an echo of the host, and goes down when the host signs off', async () => {
    const link = newLink()
    await start(link)
    const ours = (code: string): Iso8583Message => ({
      mti: '0800',
      fields: { 7: '1120180509', 11: '900001', 70: code },
    })
    host.say(ours('301'))
    expect(host.received.at(-1)).toMatchObject({ mti: '0810', fields: { 39: '00', 70: '301' } })
    host.say(ours('002'))
    expect(log.at(-1)).toBe('down host_signed_off')
    expect(unmatched).toEqual([])
  })
})

describe('MAC', () => {
  const profile = { ...bcdBinary1987, mac: 'required' as const }
  const key = (byte: number): MacFunction => aesCmac(new Uint8Array(16).fill(byte))
  const unwrap = (wrapped: string): MacFunction | undefined =>
    wrapped.startsWith('K') ? key(Number(wrapped.slice(1))) : undefined

  beforeEach(() => {
    host = new TestHost(() => new LinkSession(profile, key(1)))
    host.answers = answerTo
  })

  it('needs a key exactly when the profile has one', () => {
    expect(() => newLink({ profile })).toThrow('MAC required')
    expect(() => newLink({ mac: { base: key(1) } })).toThrow('MAC none')
  })

  it('carries exchanges under the base key where keys are not changed', async () => {
    const link = newLink({ profile, mac: { base: key(1) } })
    await start(link)
    expect(await ask(link, 1)).toEqual({ kind: 'answer', message: answer({ stan: '000001' }) })
  })

  it('changes the key after the sign-on, before anything else', async () => {
    host.keyChange = () => ({ wrappedKey: 'K2', mac: key(2) })
    const link = newLink({ profile, mac: { base: key(1), unwrap } })
    await start(link)
    expect((await ask(link, 1)).kind).toBe('answer')
    expect(host.received.map(({ fields }) => fields[70])).toEqual(['001', '101', undefined])
    expect(log.at(-1)).toBe('up signed_on')
  })

  it('changes it again on the open connection; what the host said before still counts', async () => {
    let next = 2
    host.keyChange = () => ({ wrappedKey: `K${next}`, mac: key(next) })
    const link = newLink({ profile, mac: { base: key(1), unwrap } })
    await start(link)
    host.answers = () => undefined
    const before = host.session.write(answer())
    const inFlight = link.exchange(request(), { timeoutMs: 9_000 })
    next = 3
    expect(await link.changeKey()).toBe('changed')
    host.connection?.receive(before)
    expect((await inFlight).kind).toBe('answer')
    host.answers = answerTo
    expect((await ask(link, 5)).kind).toBe('answer')
    host.connection?.receive(before)
    expect(log.at(-1)).toBe('down mac_wrong')
  })

  it.each([
    ['refuses it', undefined],
    ['sends a key that is none', { wrappedKey: 'garbage', mac: key(9) }],
  ])('does not come up when the host %s', async (_, change) => {
    host.keyChange = () => change
    const link = newLink({ profile, mac: { base: key(1), unwrap } })
    await start(link)
    expect(log.slice(0, 2)).toEqual(['signing_on connected', 'down key_change_failed'])
    link.stop()
  })

  it.each([
    ['with a wrong MAC', () => new LinkSession(profile, key(7)).write(answer())],
    ['with none', () => new LinkSession(bcdBinary1987, undefined).write(answer())],
  ])('P2: an answer %s is no answer, and the connection ends', async (_, forged) => {
    const link = newLink({ profile, mac: { base: key(1) } })
    await start(link)
    host.answers = () => undefined
    const exchange = link.exchange(request(), { timeoutMs: 9_000 })
    host.connection?.receive(forged())
    expect(await exchange).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    expect(log.at(-1)).toBe('down mac_wrong')
    expect([...late, ...unmatched]).toEqual([])
  })
})

describe('fuzz', () => {
  it('P2: whatever bytes a host sends, no exchange is answered by them and none hangs', async () => {
    const profiles = [
      { profile: bcdBinary1987, options: {} },
      {
        profile: { ...bcdBinary1987, mac: 'required' as const },
        options: { mac: { base: aesCmac(new Uint8Array(16)) } },
      },
    ]
    for (const { profile, options } of profiles) {
      const sent = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), arbitraryMessage(bcdBinary1987))
      await fc.assert(
        fc.asyncProperty(fc.array(sent, { maxLength: 8 }), async (sendings) => {
          clock = new ManualClock()
          host = new TestHost(() => new LinkSession(profile, options.mac?.base))
          const link = newLink({ profile, ...options })
          await start(link)
          const exchange = link.exchange(request(), { timeoutMs: 100 })
          for (const bytes of sendings) {
            host.connection?.receive(bytes instanceof Uint8Array ? bytes : encode(bcdBinary1987, bytes))
          }
          await clock.pass(100)
          expect((await exchange).kind).toBe('no_answer')
          link.stop()
          expect(clock.pendingTimers()).toBe(0)
        }),
        { numRuns: 100 },
      )
    }
  })
})
