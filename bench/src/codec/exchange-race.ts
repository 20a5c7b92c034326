import { once } from 'node:events'
import { connect } from 'node:net'

import {
  AcquirerLink,
  bcdBinary1987 as profile,
  encode,
  frame,
  type Iso8583Message,
} from '../../../packages/iso8583/src/index.ts'
import { systemLinkClock, tcpDialer } from '../../../packages/iso8583/src/tcp/index.ts'
import { chipRequest } from './sample-messages.ts'

export interface RaceResult {
  readonly exchanges: number
  readonly tookMs: number
  readonly samplesMs: readonly number[]
  /** Anything but the answer to one's own request. */
  readonly wrong: number
}

/** Over all races, so that no host meets a sale twice. */
let sales = 0

/** So long, always `inFlight` exchanges at once: each answered request is followed by the next. */
export async function raceLink(port: number, inFlight: number, durationMs: number): Promise<RaceResult> {
  const link = new AcquirerLink({
    profile,
    dialer: tcpDialer({ host: '127.0.0.1', port, framing: profile.framing }),
    clock: systemLinkClock,
    random: Math.random,
  })
  link.start()
  while (link.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 1))
  let wrong = 0
  const samplesMs: number[] = []
  const startedMs = performance.now()
  const lane = async (): Promise<void> => {
    while (performance.now() - startedMs < durationMs) {
      sales += 1
      const message = requestOf(sales)
      const sentMs = performance.now()
      const exchange = await link.exchange(message, { timeoutMs: 10_000 })
      samplesMs.push(performance.now() - sentMs)
      const isOwn = exchange.kind === 'answer' && exchange.message.fields[11] === message.fields[11]
      if (!isOwn || exchange.message.fields[39] !== '00') wrong += 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const tookMs = performance.now() - startedMs
  link.stop()
  return { exchanges: samplesMs.length, tookMs, samplesMs, wrong }
}

/** The same bytes over a socket without a codec, a match or a timer. */
export async function raceBare(
  port: number,
  { inFlight, durationMs, answerBytes }: { inFlight: number; durationMs: number; answerBytes: number },
): Promise<RaceResult> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  const request = frame(profile.framing, encode(profile, requestOf(1)))
  const sentMs: number[] = []
  const samplesMs: number[] = []
  const startedMs = performance.now()
  const ended = Promise.withResolvers<undefined>()
  let arrived = 0
  const send = (): void => {
    sentMs.push(performance.now())
    socket.write(request)
  }
  socket.on('data', (chunk: Buffer) => {
    arrived += chunk.length
    while (arrived >= answerBytes) {
      arrived -= answerBytes
      const nowMs = performance.now()
      samplesMs.push(nowMs - (sentMs[samplesMs.length] ?? nowMs))
      if (nowMs - startedMs < durationMs) send()
      else if (samplesMs.length === sentMs.length) ended.resolve(undefined)
    }
  })
  for (let at = 0; at < inFlight; at += 1) send()
  await ended.promise
  const tookMs = performance.now() - startedMs
  socket.destroy()
  return { exchanges: samplesMs.length, tookMs, samplesMs, wrong: 0 }
}

/** Each with a STAN and an RRN of its own, as a host that de-duplicates wants them. */
function requestOf(sale: number): Iso8583Message {
  const stan = String(sale % 1_000_000).padStart(6, '0')
  const rrn = `R${String(sale).padStart(11, '0')}`
  return { mti: '0100', fields: { ...chipRequest.fields, 11: stan, 37: rrn } }
}
