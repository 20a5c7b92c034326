import {
  type AcquirerLink,
  hostCapture,
  type Iso8583Message,
  type LateAnswer,
  terminalCapture,
} from '@holdfast/iso8583'
import { afterEach, describe, expect, it } from 'vitest'

import type { ScriptAction } from './script.ts'
import { type CuttingProxy, cuttingProxy, type Direction } from './test-support/cutting-proxy.ts'
import { linkTo, runAcquirer, type RunningAcquirer, up } from './test-support/running-acquirer.ts'
import {
  authorisationAnswer,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

/** Real sockets between a link and the acquirer, and everything that a wire and a host can do to an exchange. */
describe.each([hostCapture, terminalCapture])('chaos with profile $name', { timeout: 120_000 }, (profile) => {
  let acquirer: RunningAcquirer
  let link: AcquirerLink
  let proxy: CuttingProxy | undefined

  afterEach(async () => {
    link.stop()
    await proxy?.close()
    proxy = undefined
    await acquirer.server.close()
  })

  it.each<Direction>(['to_host', 'to_link'])(
    'P2: cut at every byte %s, nothing is answered wrongly or decided twice, and the repeat brings the answer',
    async (direction) => {
      acquirer = await runAcquirer(profile)
      const wire = await cuttingProxy(acquirer.server.port)
      proxy = wire
      link = linkTo(profile, wire.port)
      link.start()
      await up(link)
      wire.cutAfter(direction, 1_000_000)
      const whole = await link.exchange(requestMessage(0), { timeoutMs: 10_000 })
      expect(whole.kind).toBe('answer')
      const length = wire.passed(direction)
      expect(length).toBeGreaterThan(50)
      for (let bytes = 1; bytes <= length; bytes += 1) {
        await up(link)
        wire.cutAfter(direction, bytes)
        const first = await link.exchange(requestMessage(bytes), { timeoutMs: 10_000 })
        // The whole answer may arrive just before the connection ends.
        const isWhole = direction === 'to_link' && bytes === length
        if (first.kind !== 'answer' || !isWhole) {
          expect(first).toEqual({ kind: 'no_answer', why: 'connection_lost' })
        }
        const again = await repeatUntilAnswered(link, bytes)
        const { stan, responseCode, approvalCode } = authorisationAnswer(again)
        const entry = acquirer.host.entries()[bytes]
        expect([stan, responseCode, approvalCode]).toEqual([entry?.stan, '00', entry?.approvalCode])
      }
      const entries = acquirer.host.entries()
      expect(entries).toHaveLength(length + 1)
      expect(new Set(entries.map(({ approvalCode }) => approvalCode)).size).toBe(entries.length)
      expect(entries.every(({ chargedMinor }) => chargedMinor === 1_250)).toBe(true)
    },
  )

  it('P2 MC1: under every fault at once each sale ends as charged once or reversed, and each answer is its own', async () => {
    acquirer = await runAcquirer(profile)
    const late: LateAnswer[] = []
    const unmatched: Iso8583Message[] = []
    const options = {
      onLate: (answer: LateAnswer) => late.push(answer),
      onUnmatched: (message: Iso8583Message) => unmatched.push(message),
      limits: { breakerFailuresMax: 40, breakerOpenMs: 20, breakerOpenMaxMs: 50 },
    }
    link = linkTo(profile, acquirer.server.port, options)
    link.start()
    await up(link)

    const random = randomFrom(20_261_121)
    const faults = faultsOf(profile.mac.kind !== 'none')
    const hits = new Map<string, number>()
    const misfortune = (): void => {
      if (random() > 0.4) return
      const action = faults[Math.floor(random() * faults.length)] ?? {}
      const name = Object.keys(action).join()
      hits.set(name, (hits.get(name) ?? 0) + 1)
      const message = random() < 0.7 ? 'authorisation' : 'reversal'
      acquirer.script.add({ match: { next: 1, message }, do: action })
    }

    const lane = async (name: number, sales: number): Promise<Ended[]> => {
      const ended: Ended[] = []
      for (let at = 0; at < sales; at += 1) {
        misfortune()
        const card = at % 7 === 0 ? 'declined_05' : 'visa'
        ended.push(await sell(link, name * 1_000 + at, { terminalId: `T${name}`, card }))
      }
      return ended
    }
    const ended = (await Promise.all(Array.from({ length: 8 }, (_, name) => lane(name, 40)))).flat()
    // Whatever became of the others: this one is heard neither time.
    acquirer.script.clear()
    acquirer.script.add({ match: { next: 2, message: 'authorisation' }, do: { drop: 'before' } })
    ended.push(await sell(link, 9_000, { terminalId: 'T9', card: 'visa' }))

    const entries = new Map(acquirer.host.entries().map((entry) => [entry.stan, entry]))
    for (const { stan, end, approvalCode } of ended) {
      const entry = entries.get(stan)
      if (end === 'approved')
        expect(entry).toMatchObject({ approvalCode, chargedMinor: 1_250, reversed: false })
      if (end === 'declined') expect(entry).toMatchObject({ outcome: 'declined', reversed: false })
      if (end === 'reversed') expect(entry).toMatchObject({ chargedMinor: 0 })
    }
    expect(ended).toHaveLength(321)
    expect(acquirer.host.entries().reduce((sum, { chargedMinor }) => sum + chargedMinor, 0)).toBe(
      1_250 * ended.filter(({ end }) => end === 'approved').length,
    )
    for (const { message } of late)
      expect(entries.has(message.fields[11] ?? '') || message.mti === '0410').toBe(true)
    expect(Math.min(...faults.map((action) => hits.get(Object.keys(action).join()) ?? 0))).toBeGreaterThan(0)
    expect(late.length + unmatched.length).toBeGreaterThan(0)
    expect(new Set(ended.map(({ end }) => end))).toEqual(new Set(['approved', 'declined', 'reversed']))
  })
})

/** The link may not have seen yet that its connection ends. */
async function repeatUntilAnswered(link: AcquirerLink, sale: number): Promise<Iso8583Message> {
  for (;;) {
    await up(link)
    const exchange = await link.exchange(requestMessage(sale, { repeat: true }), { timeoutMs: 10_000 })
    if (exchange.kind === 'answer') return exchange.message
    expect(exchange).toEqual({ kind: 'no_answer', why: 'connection_lost' })
  }
}

type Ended = {
  readonly stan: string
  readonly end: 'approved' | 'declined' | 'reversed'
  readonly approvalCode?: string
}

/** As the rules say: repeat, then reverse until it is answered; nothing declined is reversed. */
async function sell(
  link: AcquirerLink,
  sale: number,
  facts: { readonly terminalId: string; readonly card: string },
): Promise<Ended> {
  const stan = String(sale).padStart(6, '0')
  let asked = false
  for (let tries = 0; tries < 2;) {
    const exchange = await link.exchange(requestMessage(sale, { ...facts, repeat: asked }), { timeoutMs: 60 })
    if (exchange.kind === 'answer') {
      const answer = authorisationAnswer(exchange.message)
      expect([answer.stan, answer.terminalId]).toEqual([stan, facts.terminalId])
      const { responseCode, approvalCode = '' } = answer
      return responseCode === '00' ? { stan, end: 'approved', approvalCode } : { stan, end: 'declined' }
    }
    if (exchange.kind === 'no_answer') {
      asked = true
      tries += 1
    } else await new Promise((resolve) => setTimeout(resolve, 3))
  }
  for (let repeat = false; ;) {
    const reversal = reversalMessage(sale, { ...facts, repeat })
    const exchange = await link.exchange(reversal, { timeoutMs: 60 })
    if (exchange.kind === 'answer' && /^(00|25)$/.test(reversalCode(exchange.message))) {
      return { stan, end: 'reversed' }
    }
    if (exchange.kind === 'no_answer') repeat = true
    else await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

function faultsOf(hasMac: boolean): ScriptAction[] {
  return [
    { drop: 'before' },
    { drop: 'after' },
    { delayMs: 90 },
    { duplicate: true },
    { cut: true },
    { cut: { afterBytes: 1 } },
    { lateAnswer: true },
    { garbage: true },
    ...(hasMac ? [{ wrongMac: true } as const] : []),
  ]
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
