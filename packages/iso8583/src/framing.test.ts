import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { concatBytes } from './bytes.ts'
import { Deframer, frame } from './framing.ts'

const framing = { prefixBytes: 2, messageBytesMax: 300 } as const

describe('framing', () => {
  it('finds the same messages however the stream was cut', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 })), (sent, cuts) => {
        const stream = concatBytes(sent.map((message) => frame(framing, message)))
        const deframer = new Deframer(framing)
        const received: Uint8Array[] = []
        let offset = 0
        for (const cut of [...cuts, stream.length]) {
          received.push(...deframer.push(stream.subarray(offset, offset + cut)).messages)
          offset += cut
        }
        expect(received).toEqual(sent)
      }),
    )
  })

  it('counts big-endian and not itself', () => {
    expect([...frame(framing, new Uint8Array(258)).subarray(0, 2)]).toEqual([1, 2])
  })

  it('hands out what came before a frame that cannot be one', () => {
    expect(new Deframer(framing).push(Uint8Array.of(0, 1, 7, 0, 0, 9))).toEqual({
      messages: [Uint8Array.of(7)],
      refusal: 'frame_empty',
    })
  })

  it('refuses an oversized frame by its prefix, before its bytes arrive', () => {
    expect(new Deframer(framing).push(Uint8Array.of(1, 0x2d))).toEqual({
      messages: [],
      refusal: 'frame_too_long',
    })
  })

  it('will not write a frame that its peer would refuse', () => {
    expect(() => frame(framing, new Uint8Array(0))).toThrow('0 bytes')
    expect(() => frame(framing, new Uint8Array(301))).toThrow('301 bytes')
  })
})
