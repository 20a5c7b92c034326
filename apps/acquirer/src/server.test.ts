import { once } from 'node:events'
import { connect } from 'node:net'

import { AcquirerLink, bcdBinary1987 as profile, encode, frame, type Iso8583Message } from '@holdfast/iso8583'
import { systemLinkClock, tcpDialer } from '@holdfast/iso8583/tcp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import { type AcquirerServer, startServer } from './server.ts'
import {
  authorisationAnswer,
  panOf,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

describe('acquirer over TCP', () => {
  let script: Script
  let host: Host
  let journal: Journal
  let server: AcquirerServer
  let link: AcquirerLink
  let log: string[]
  let unmatched: Iso8583Message[]
  let journalFailures: unknown[]

  beforeEach(async () => {
    script = new Script()
    journal = memoryJournal()
    log = []
    unmatched = []
    journalFailures = []
    const fingerprint = createFingerprint(new Uint8Array(32))
    host = createHost({ nowMs: Date.now, journal, fingerprint, script })
    server = await startServer({
      host,
      journal: { ...journal, durable: () => journal.durable() },
      profile,
      port: 0,
      log: (event, facts) => log.push(JSON.stringify({ event, ...facts })),
      onJournalFailure: (error) => journalFailures.push(error),
    })
    link = new AcquirerLink({
      profile,
      dialer: tcpDialer({ host: '127.0.0.1', port: server.port, framing: profile.framing }),
      clock: systemLinkClock,
      random: Math.random,
      limits: { backoffBaseMs: 2, backoffMaxMs: 10 },
      onUnmatched: (message) => unmatched.push(message),
    })
    link.start()
    await up()
  })

  afterEach(async () => {
    link.stop()
    await server.close()
  })

  const up = async (): Promise<void> => {
    while (link.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const exchange = (message: Iso8583Message, timeoutMs = 5_000) => link.exchange(message, { timeoutMs })
  const answerTo = async (message: Iso8583Message): Promise<Iso8583Message> => {
    const outcome = await exchange(message)
    if (outcome.kind !== 'answer') throw new Error(`${outcome.kind} ${outcome.why}`)
    return outcome.message
  }

  it('authorises, declines and reverses', async () => {
    expect(authorisationAnswer(await answerTo(requestMessage(1)))).toMatchObject({ responseCode: '00' })
    const declined = await answerTo(requestMessage(2, { card: 'declined_51' }))
    expect(authorisationAnswer(declined)).toMatchObject({ responseCode: '51' })
    expect(reversalCode(await answerTo(reversalMessage(1)))).toBe('00')
  })

  it('P9: logs every exchange and never a card number', async () => {
    await answerTo(requestMessage(1))
    await answerTo(reversalMessage(1))
    expect(log.filter((line) => line.includes('"event":"exchange"'))).toHaveLength(3)
    expect(log.join()).toContain('R00000000001')
    expect(log.join()).not.toContain(panOf('visa'))
  })

  it('script: a response code', async () => {
    script.add({ match: { next: 1 }, do: { responseCode: '91' } })
    expect(authorisationAnswer(await answerTo(requestMessage(1)))).toMatchObject({ responseCode: '91' })
  })

  it('script: dropped before, the repeat is the first that is seen', async () => {
    script.add({ match: { next: 1 }, do: { drop: 'before' } })
    expect(await exchange(requestMessage(1), 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    expect(host.entries()).toEqual([])
    await answerTo(requestMessage(1, { repeat: true }))
    expect(host.entries()).toMatchObject([{ mti: '0101', timesAsked: 1 }])
  })

  it('script: dropped after, the repeat brings the approval that was given', async () => {
    script.add({ match: { next: 1 }, do: { drop: 'after' } })
    expect(await exchange(requestMessage(1), 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    const approvalCode = host.entries()[0]?.approvalCode
    const answer = authorisationAnswer(await answerTo(requestMessage(1, { repeat: true })))
    expect(answer).toMatchObject({ responseCode: '00', approvalCode })
    expect(host.entries()).toMatchObject([{ timesAsked: 2, chargedMinor: 1_250 }])
  })

  it('script: delayed beyond the patience of the link, the answer comes unmatched', async () => {
    script.add({ match: { next: 1 }, do: { delayMs: 80 } })
    expect(await exchange(requestMessage(1), 20)).toEqual({ kind: 'no_answer', why: 'timeout' })
    while (unmatched.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(unmatched.map(({ fields }) => fields[11])).toEqual(['000001'])
  })

  it('script: duplicated, one copy answers and the other is unmatched', async () => {
    script.add({ match: { next: 1 }, do: { duplicate: true } })
    await answerTo(requestMessage(1))
    await answerTo(requestMessage(2))
    expect(unmatched.map(({ fields }) => fields[11])).toEqual(['000001'])
  })

  it('script: cut in the middle of the answer, the repeat on a new connection brings it', async () => {
    script.add({ match: { next: 1 }, do: { cut: true } })
    expect(await exchange(requestMessage(1))).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    await up()
    expect(authorisationAnswer(await answerTo(requestMessage(1, { repeat: true })))).toMatchObject({
      approvalCode: host.entries()[0]?.approvalCode,
    })
    expect(host.entries()).toMatchObject([{ timesAsked: 2 }])
  })

  it('script: a reversal whose answer is lost is closed by its repeat', async () => {
    await answerTo(requestMessage(1))
    script.add({ match: { message: 'reversal', next: 1 }, do: { drop: 'after' } })
    expect(await exchange(reversalMessage(1), 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    expect(reversalCode(await answerTo(reversalMessage(1, { repeat: true })))).toBe('00')
  })

  it('no answer leaves before the journal is durable, and none when it cannot be', async () => {
    let release = (): void => {}
    journal.durable = () =>
      new Promise((resolve) => {
        release = resolve
      })
    expect(await exchange(requestMessage(1), 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    release()
    while (unmatched.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    journal.durable = () => Promise.reject(new Error('ENOSPC'))
    expect(await exchange(requestMessage(2), 50)).toEqual({ kind: 'no_answer', why: 'timeout' })
    expect(journalFailures).toHaveLength(1)
  })

  it.each([
    ['before it has signed on', frame(profile.framing, encode(profile, requestMessage(1))), 'not_signed_on'],
    ['after a malformed message', frame(profile.framing, Uint8Array.of(1, 2, 3)), 'malformed_message'],
  ])('hangs up on a peer %s', async (_, bytes, event) => {
    const socket = connect(server.port, '127.0.0.1')
    socket.resume()
    socket.write(bytes)
    await once(socket, 'close')
    expect(log.join()).toContain(event)
    expect(host.entries()).toEqual([])
    await answerTo(requestMessage(1))
  })
})
