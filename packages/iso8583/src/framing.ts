import { concatBytes } from './bytes.ts'
import type { Framing } from './profile.ts'

export type FrameRefusal = 'frame_empty' | 'frame_too_long'

/** One message with its byte count in front. */
export function frame(framing: Framing, message: Uint8Array): Uint8Array {
  if (message.length === 0 || message.length > framing.messageBytesMax) {
    throw new Error(`a frame cannot carry ${message.length} bytes`)
  }
  const framed = new Uint8Array(framing.prefixBytes + message.length)
  for (let index = 0; index < framing.prefixBytes; index += 1) {
    framed[index] = Math.floor(message.length / 256 ** (framing.prefixBytes - 1 - index)) & 255
  }
  framed.set(message, framing.prefixBytes)
  return framed
}

/**
 * Cuts a byte stream into messages, however the stream was chunked.
 * After a refusal nothing in the stream can be trusted any more: the connection must be closed.
 */
export class Deframer {
  readonly #framing: Framing
  #rest: Uint8Array = new Uint8Array()

  constructor(framing: Framing) {
    this.#framing = framing
  }

  /** The messages completed by `chunk`, and why the stream ends here if it does. Holds at most one frame. */
  push(chunk: Uint8Array): { readonly messages: readonly Uint8Array[]; readonly refusal?: FrameRefusal } {
    const { prefixBytes, messageBytesMax } = this.#framing
    const stream = this.#rest.length === 0 ? chunk : concatBytes([this.#rest, chunk])
    const messages: Uint8Array[] = []
    let offset = 0
    while (stream.length - offset >= prefixBytes) {
      const start = offset + prefixBytes
      const length = stream.subarray(offset, start).reduce((sum, byte) => sum * 256 + byte, 0)
      if (length === 0) return { messages, refusal: 'frame_empty' }
      if (length > messageBytesMax) return { messages, refusal: 'frame_too_long' }
      if (stream.length - start < length) break
      messages.push(stream.slice(start, start + length))
      offset = start + length
    }
    this.#rest = stream.slice(offset)
    return { messages }
  }
}
