import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { buildAuthorisationAnswer, buildAuthorisationRequest } from '../authorisation-request.ts'
import { concatBytes } from '../bytes.ts'
import { decode, encode } from '../codec.ts'
import { Deframer, frame } from '../framing.ts'
import type { Exchange } from '../link-types.ts'
import { AcquirerLink } from '../link.ts'
import type { Iso8583Message } from '../message.ts'
import { buildNetworkAnswer, parseNetworkRequest } from '../network-management.ts'
import { bcdBinary1987 as profile } from '../profiles/bcd-binary-1987.ts'
import { sampleRequest } from '../test-support/sample-messages.ts'
import { systemLinkClock } from './system-link-clock.ts'
import { tcpDialer } from './tcp-dialer.ts'

type Behave = (answer: Uint8Array, socket: Socket) => void

const request = (stan: string) => buildAuthorisationRequest(profile, sampleRequest({ stan }))

function framedAnswer(message: Iso8583Message): Uint8Array {
  const network = parseNetworkRequest(message)
  const reply = network.ok
    ? buildNetworkAnswer({ ...network.value, responseCode: '00' })
    : buildAuthorisationAnswer({
        stan: message.fields[11] ?? '',
        rrn: message.fields[37] ?? '',
        terminalId: 'T1',
        saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
        responseCode: '00',
        approvalCode: message.fields[11] ?? '',
        amountMinor: 1_250,
      })
  return frame(profile.framing, encode(profile, reply))
}

describe('AcquirerLink over TCP', () => {
  let server: Server
  let link: AcquirerLink
  let behave: Behave
  let unmatched: Iso8583Message[]
  let authorisations: number
  const sockets = new Set<Socket>()

  const up = async (): Promise<void> => {
    while (link.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const exchange = (stan: string, timeoutMs = 5000): Promise<Exchange> =>
    link.exchange(request(stan), { timeoutMs })

  beforeEach(async () => {
    behave = (answer, socket) => socket.write(answer)
    unmatched = []
    authorisations = 0
    server = createServer((socket) => {
      sockets.add(socket)
      const deframer = new Deframer(profile.framing)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        for (const bytes of deframer.push(chunk).messages) {
          const decoded = decode(profile, bytes)
          if (!decoded.ok) throw new Error(decoded.code)
          const answer = framedAnswer(decoded.message)
          if (decoded.message.mti === '0800') {
            socket.write(answer)
          } else {
            authorisations += 1
            behave(answer, socket)
          }
        }
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    link = new AcquirerLink({
      profile,
      dialer: tcpDialer({ host: '127.0.0.1', port, framing: profile.framing }),
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
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    server.close()
    await once(server, 'close')
  })

  it('reads answers that arrive byte by byte, and many in one chunk', async () => {
    behave = (answer, socket) => {
      for (const byte of answer) socket.write(Uint8Array.of(byte))
    }
    expect(await exchange('000001')).toMatchObject({ kind: 'answer' })
    const held: Uint8Array[] = []
    behave = (answer, socket) => {
      held.push(answer)
      if (held.length === 50) socket.write(concatBytes(held.toReversed()))
    }
    const stans = Array.from({ length: 50 }, (_, index) => String(index + 100).padStart(6, '0'))
    const outcomes = await Promise.all(stans.map((stan) => exchange(stan)))
    expect(outcomes.map((outcome) => outcome.kind === 'answer' && outcome.message.fields[38])).toEqual(stans)
  })

  it('cut at every byte of an answer, the outcome is unknown and the next sale works', async () => {
    const length = framedAnswer(request('000001')).length
    for (let cut = 0; cut < length; cut += 1) {
      behave = (answer, socket) => socket.end(answer.subarray(0, cut))
      expect(await exchange('000001')).toEqual({ kind: 'no_answer', why: 'connection_lost' })
      await up()
    }
    behave = (answer, socket) => socket.end(answer)
    expect(await exchange('000001')).toMatchObject({ kind: 'answer' })
    expect(authorisations).toBe(length + 1)
  })

  it('answers delayed, duplicated, dropped and reordered reach exactly their own request', async () => {
    let seed = 7
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const fates = { dropped: 0, doubled: 0, delayed: 0 }
    behave = (answer, socket) => {
      const fate = random()
      if (fate < 0.15) {
        fates.dropped += 1
      } else if (fate < 0.4) {
        fates.doubled += 1
        socket.write(concatBytes([answer, answer]))
      } else {
        fates.delayed += 1
        setTimeout(() => socket.write(answer), random() * 30)
      }
    }
    const stans = Array.from({ length: 300 }, (_, index) => String(index + 1).padStart(6, '0'))
    const outcomes = await Promise.all(stans.map((stan) => exchange(stan, 800)))
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === 'answer') expect(outcome.message.fields[38]).toBe(stans[index])
      else expect(outcome).toEqual({ kind: 'no_answer', why: 'timeout' })
    }
    expect(Math.min(fates.dropped, fates.doubled, fates.delayed)).toBeGreaterThan(10)
    expect(outcomes.filter(({ kind }) => kind === 'no_answer')).toHaveLength(fates.dropped)
    expect(unmatched).toHaveLength(fates.doubled)
    expect(authorisations).toBe(stans.length)
  })

  it.each([
    ['an oversized frame', Uint8Array.of(0xff, 0xff, 1, 2, 3)],
    ['an empty frame', Uint8Array.of(0, 0)],
    ['a frame that is no message', Uint8Array.of(0, 3, 9, 9, 9)],
  ])('%s ends the connection and not the process', async (_, junk) => {
    behave = (answer, socket) => socket.write(concatBytes([junk, answer]))
    expect(await exchange('000001')).toEqual({ kind: 'no_answer', why: 'connection_lost' })
    behave = (answer, socket) => socket.write(answer)
    await up()
    expect(await exchange('000002')).toMatchObject({ kind: 'answer' })
  })

  it('with the host gone, what is asked is certainly not sent', async () => {
    const before = authorisations
    server.close()
    for (const socket of sockets) socket.destroy()
    while (link.state() !== 'down') await new Promise((resolve) => setTimeout(resolve, 1))
    expect(await exchange('000001')).toEqual({ kind: 'not_sent', why: 'not_connected' })
    expect(authorisations).toBe(before)
    server.listen(0)
    await once(server, 'listening')
  })
})
