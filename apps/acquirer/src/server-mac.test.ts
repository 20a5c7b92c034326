import { AcquirerLink, type Exchange, type LateAnswer, terminalCapture as profile } from '@holdfast/iso8583'
import { aesCmac, systemLinkClock, tcpDialer } from '@holdfast/iso8583/tcp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { linkTo, runAcquirer, type RunningAcquirer, up } from './test-support/running-acquirer.ts'
import {
  authorisationAnswer,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

describe('acquirer with MACs, in ASCII over TCP', () => {
  let acquirer: RunningAcquirer
  let link: AcquirerLink
  let late: LateAnswer[]

  beforeEach(async () => {
    acquirer = await runAcquirer(profile)
    late = []
    link = linkTo(profile, acquirer.server.port, { onLate: (answer) => late.push(answer) })
    link.start()
    await up(link)
  })
  afterEach(async () => {
    link.stop()
    await acquirer.server.close()
  })

  const codeOf = (exchange: Exchange): string => {
    if (exchange.kind !== 'answer') throw new Error(`${exchange.kind} ${exchange.why}`)
    return authorisationAnswer(exchange.message).responseCode
  }
  const ask = (sale: number, repeat = false, timeoutMs = 5_000) =>
    link.exchange(requestMessage(sale, { repeat }), { timeoutMs })

  it('begins with sign-on and key change, and changes the key again with exchanges in flight', async () => {
    expect(acquirer.log.slice(0, 2)).toMatchObject([
      expect.stringContaining('"001"'),
      expect.stringContaining('"101"'),
    ])
    acquirer.script.add({ match: {}, do: { delayMs: 30 } })
    const inFlight = [1, 2, 3].map((sale) => ask(sale))
    expect(await link.changeKey()).toBe('changed')
    const after = ask(4)
    expect((await Promise.all([...inFlight, after])).map(codeOf)).toEqual(['00', '00', '00', '00'])
  })

  it('script: an answer with a wrong MAC is none, and the repeat brings it', async () => {
    acquirer.script.add({ match: { next: 1 }, do: { wrongMac: true } })
    expect(await ask(1)).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    await up(link)
    expect(codeOf(await ask(1, true))).toBe('00')
    expect(acquirer.host.entries()).toMatchObject([{ timesAsked: 2, chargedMinor: 1_250 }])
  })

  it('script: garbage ends the connection, not the link', async () => {
    acquirer.script.add({ match: { next: 1 }, do: { garbage: true } })
    expect(await ask(1)).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    await up(link)
    expect(codeOf(await ask(1, true))).toBe('00')
  })

  it('MC1 script: a late answer comes with the answer to its reversal, and as late', async () => {
    acquirer.script.add({ match: { next: 1 }, do: { lateAnswer: true } })
    expect(await ask(1, false, 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    const reversal = await link.exchange(reversalMessage(1, { form: 'advice' }), { timeoutMs: 5_000 })
    expect(reversal.kind === 'answer' && reversalCode(reversal.message)).toBe('00')
    expect(late.map(({ message }) => [message.mti, message.fields[11]])).toEqual([['0110', '000001']])
    expect(acquirer.host.entries()).toMatchObject([{ reversed: true, chargedMinor: 0 }])
  })

  it('a peer with another key is hung up on and decides nothing', async () => {
    const stranger = new AcquirerLink({
      profile: profile.wire,
      dialer: tcpDialer({
        host: '127.0.0.1',
        port: acquirer.server.port,
        framing: profile.wire.framing,
      }),
      clock: systemLinkClock,
      random: Math.random,
      mac: { base: aesCmac(new Uint8Array(16)) },
    })
    const seen: string[] = []
    stranger.start()
    while (!acquirer.log.some((line) => line.includes('mac_wrong'))) {
      seen.push(stranger.state())
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    stranger.stop()
    expect(seen).not.toContain('up')
  })

  it('a link that signs off is gone, and comes back when it is started again', async () => {
    await link.signOff()
    expect(acquirer.log.join()).toContain('"002"')
    link.start()
    await up(link)
    expect(codeOf(await ask(1))).toBe('00')
  })
})
