import { once } from 'node:events'
import { connect } from 'node:net'

import { answerMti, encode, frame, hostCapture, type Iso8583Message } from '@holdfast/iso8583'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { arbitraryMessage } from '../../../packages/iso8583/src/test-support/arbitrary-message.ts'
import { createFingerprint } from './fingerprint.ts'
import { createHost } from './host.ts'
import { memoryJournal } from './journal.ts'
import { linkTo, runAcquirer, up } from './test-support/running-acquirer.ts'
import {
  adviceMessage,
  authorisationAnswer,
  requestMessage,
  reversalMessage,
} from './test-support/sample-messages.ts'

const profile = hostCapture.wire
const newHost = () =>
  createHost({
    nowMs: () => 0,
    journal: memoryJournal(),
    fingerprint: createFingerprint(new Uint8Array(32)),
  })

/** A good message with one field taken away or filled with something that its format allows. */
const spoilt: fc.Arbitrary<Iso8583Message> = fc
  .tuple(
    fc.constantFrom(requestMessage(1), adviceMessage(2), reversalMessage(1), reversalMessage(3)),
    fc.nat(),
    arbitraryMessage(profile),
    fc.boolean(),
  )
  .map(([message, at, other, remove]) => {
    const entries = Object.entries(message.fields)
    const spoiltAt = at % entries.length
    const kept = entries.filter((_, index) => index !== spoiltAt)
    const number = entries[spoiltAt]?.[0] ?? ''
    const found = Object.entries(other.fields).find(([key]) => key === number)
    return {
      mti: message.mti,
      fields: Object.fromEntries(remove || found === undefined ? kept : [...kept, found]),
    }
  })

describe('fuzz', () => {
  it('whatever readable message comes, the host answers its class or is silent, and its sums stay whole', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(spoilt, arbitraryMessage(profile)), { maxLength: 20 }), (messages) => {
        const host = newHost()
        for (const message of messages) {
          const reply = host.handle(message)
          if (reply.kind === 'silence') continue
          expect(reply.message.mti).toBe(answerMti(message.mti))
          // What it says can be written: an answer that cannot would kill the connection of everybody.
          expect(() => encode(profile, reply.message)).not.toThrow()
        }
        for (const entry of host.entries()) {
          expect(Number.isSafeInteger(entry.chargedMinor)).toBe(true)
          expect(entry.chargedMinor).toBeGreaterThanOrEqual(0)
          if (entry.outcome !== 'approved' || entry.reversed) expect(entry.chargedMinor).toBe(0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('random bytes on a socket end that connection and hurt no other', { timeout: 60_000 }, async () => {
    const acquirer = await runAcquirer(hostCapture)
    const link = linkTo(hostCapture, acquirer.server.port)
    link.start()
    await up(link)
    const good = frame(profile.framing, encode(profile, requestMessage(7)))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), async (bytes, at) => {
        const socket = connect(acquirer.server.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.resume()
        const broken = good.slice()
        broken.set(
          bytes.subarray(0, good.length),
          at % good.length > good.length - bytes.length ? 0 : at % good.length,
        )
        socket.write(bytes)
        socket.end(broken)
        await once(socket, 'close')
      }),
      { numRuns: 60 },
    )
    const exchange = await link.exchange(requestMessage(1), { timeoutMs: 10_000 })
    expect(exchange.kind === 'answer' && authorisationAnswer(exchange.message).responseCode).toBe('00')
    expect(acquirer.host.entries()).toHaveLength(1)
    link.stop()
    await acquirer.server.close()
  })
})
