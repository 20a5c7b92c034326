import type { Engine } from './engine.ts'
import type { FaultCounters } from './fault-counters.ts'
import type { Random } from './random.ts'
import { never, type SimulatedProcess } from './simulated-process.ts'

/** The SDK's `NetworkRequest` and `NetworkAnswer` fit, told by their shape. */
export interface SimulatedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

type SimulatedAnswer =
  | {
      readonly reached: true
      readonly status: number
      readonly body: string
      readonly retryAfterMs: number | null
    }
  | { readonly reached: false; readonly why: 'refused' | 'timeout' | 'reset' | 'dns' | 'offline' | 'aborted' }

export interface ServerAnswer {
  readonly status: number
  readonly body: string
  readonly retryAfterMs: number | null
}

/** Answers a request; null when nobody listens. A server that dies in between never answers. */
type Server = (request: SimulatedRequest) => ServerDialogue | null

export interface ServerDialogue {
  readonly answer: Promise<ServerAnswer>
  /** Told when the server is gone before it answered: the connection is reset. */
  onGone(gone: () => void): void
}

/** Probabilities per request. */
export interface NetworkFaults {
  readonly requestLost: number
  readonly answerLost: number
  readonly delayed: number
  /** The same bytes arrive a second time, perhaps much later. */
  readonly duplicated: number
  readonly reset: number
  /** A proxy answers 5xx although the gateway took the request. */
  readonly serverError: number
  /** Somebody else answers: moved, forbidden, gone, too large. The gateway has not looked at the request. */
  readonly misled: number
  /** A hotel's page or a proxy's JSON: 200, and not from the gateway. */
  readonly captive: number
  /** An answer that is cut off but still has its status. */
  readonly garbled: number
  /** 429 with a `Retry-After`; the gateway has not looked at the request. */
  readonly overloaded: number
}

export const NO_NETWORK_FAULTS: NetworkFaults = {
  requestLost: 0,
  answerLost: 0,
  delayed: 0,
  duplicated: 0,
  reset: 0,
  serverError: 0,
  misled: 0,
  captive: 0,
  garbled: 0,
  overloaded: 0,
}

/** Moved, unauthorised, forbidden, not found, gone, too large. */
const MISLED = [302, 401, 403, 404, 410, 413] as const
const SERVER_ERRORS = [500, 502, 503, 504] as const

const networkFaultNames = [
  'net.request_lost',
  'net.answer_lost',
  'net.delayed',
  'net.duplicated',
  'net.reset',
  'net.server_error',
  ...MISLED.map((status) => `net.misled_${status}`),
  'net.reordered',
  'net.slow',
  'net.captive',
  'net.garbled',
  'net.overloaded',
  'net.down',
  'net.black_hole',
  'net.refused',
]

/** `down` is known at once; `black_hole` swallows everything until the time is out; `captive` answers for everybody. */
export type LinkState = 'up' | 'slow' | 'down' | 'black_hole' | 'captive' | 'answers_lost'

export interface SimulatedLink {
  /** The `Network` port of a program. */
  port(process: SimulatedProcess): { request(request: SimulatedRequest): Promise<SimulatedAnswer> }
  setState(state: LinkState): void
  state(): LinkState
  setFaults(faults: NetworkFaults): void
}

export interface SimulatedLinkOptions {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly name: string
  readonly server: Server
  /** Sees every byte that leaves and comes back. */
  readonly onWire?: (text: string) => void
}

const CAPTIVE_PAGES = [
  '<!doctype html><title>Free Wi-Fi</title><p>Please accept our terms.',
  '{"status":"ok","login":"https://portal.invalid/"}',
] as const

/** One device's way to the gateway. What has left a program arrives also when the program is dead by then. */
export function simulatedLink(options: SimulatedLinkOptions): SimulatedLink {
  const { engine, random, counters, name, server } = options
  counters.announce(...networkFaultNames)
  let state: LinkState = 'up'
  let faults = NO_NETWORK_FAULTS
  /** Requests are numbered as they leave, to see them overtake each other. */
  let [sent, arrived] = [0, 0]

  function met(fault: string, probability: number): boolean {
    if (!random.chance(probability)) return false
    counters.hit(fault)
    return true
  }

  function travelMs(): number {
    if (state === 'slow') return random.int(400, 3_000)
    return met('net.delayed', faults.delayed) ? random.int(300, 8_000) : random.int(5, 40)
  }

  function port(process: SimulatedProcess) {
    return {
      request(request: SimulatedRequest): Promise<SimulatedAnswer> {
        if (!process.step(`send ${routeOf(request)}`)) return never()
        options.onWire?.(request.path + JSON.stringify(request.headers) + (request.body ?? ''))
        return new Promise((resolve) => {
          const aborted = (): void => settle(unreachable('aborted'))
          // A signal made of others is kept for as long as it is listened to, and with it this whole world.
          const deafen = (): void => request.signal?.removeEventListener('abort', aborted)
          const outlive = process.onKill(deafen)
          const settle = once((answer: SimulatedAnswer) => {
            stopWaiting()
            outlive()
            deafen()
            const status = answer.reached ? String(answer.status) : answer.why
            engine.tell(`${name} ${routeOf(request)} → ${status}`)
            if (!process.step(`answer ${routeOf(request)}`)) return
            process.deliver(() => resolve(answer))
          })
          const within = (delayMs: number, answer: SimulatedAnswer): void =>
            void engine.after(delayMs, `${name} answers`, () => settle(answer))
          const timedOut = (): void => settle(unreachable('timeout'))
          const stopWaiting = engine.after(request.timeoutMs, `${name} is silent`, timedOut)
          if (request.signal?.aborted === true) return aborted()
          request.signal?.addEventListener('abort', aborted)
          return travel(request, within)
        })
      },
    }
  }

  function travel(
    request: SimulatedRequest,
    within: (delayMs: number, answer: SimulatedAnswer) => void,
  ): void {
    if (state === 'down') {
      counters.hit('net.down')
      return within(random.int(0, 30), unreachable(random.chance(0.5) ? 'offline' : 'dns'))
    }
    if (state === 'black_hole') return counters.hit('net.black_hole')
    if (state === 'captive' || met('net.captive', faults.captive)) {
      if (state === 'captive') counters.hit('net.captive')
      return within(
        random.int(5, 40),
        reached({ status: 200, body: random.pick(CAPTIVE_PAGES), retryAfterMs: null }),
      )
    }
    if (met('net.overloaded', faults.overloaded)) {
      const retryAfterMs = random.int(1, 60) * 1_000
      return within(random.int(5, 40), reached({ status: 429, body: '', retryAfterMs }))
    }
    if (random.chance(faults.misled)) {
      const status = random.pick(MISLED)
      counters.hit(`net.misled_${status}`)
      return within(random.int(5, 40), reached({ status, body: 'Not here', retryAfterMs: null }))
    }
    if (met('net.request_lost', faults.requestLost)) return undefined
    if (state === 'slow') counters.hit('net.slow')
    sent += 1
    const number = sent
    const outMs = travelMs()
    engine.after(outMs, `${name} ${routeOf(request)} arrives`, () => {
      counters.sometimes('net.reordered', number < arrived)
      arrived = Math.max(arrived, number)
      arrive(request, within)
    })
    if (met('net.duplicated', faults.duplicated)) {
      const againMs = outMs + (random.chance(0.5) ? random.int(1, 200) : random.int(1_000, 900_000))
      // Nobody waits for the answer of the second delivery.
      engine.after(againMs, `${name} ${routeOf(request)} arrives again`, () => arrive(request, () => {}))
    }
    return undefined
  }

  function arrive(
    request: SimulatedRequest,
    within: (delayMs: number, answer: SimulatedAnswer) => void,
  ): void {
    const dialogue = server(request)
    if (dialogue === null) {
      counters.hit('net.refused')
      return within(random.int(1, 20), unreachable('refused'))
    }
    dialogue.onGone(() => within(random.int(1, 20), unreachable('reset')))
    void dialogue.answer.then((answer) => {
      options.onWire?.(answer.body)
      if (state === 'answers_lost' || state === 'down' || state === 'black_hole')
        return counters.hit('net.answer_lost')
      if (met('net.answer_lost', faults.answerLost)) return undefined
      if (met('net.reset', faults.reset)) return within(travelMs(), unreachable('reset'))
      if (met('net.server_error', faults.serverError))
        return within(
          travelMs(),
          reached({ status: random.pick(SERVER_ERRORS), body: 'Bad Gateway', retryAfterMs: null }),
        )
      if (met('net.garbled', faults.garbled))
        return within(travelMs(), reached({ ...answer, body: answer.body.slice(0, answer.body.length >> 1) }))
      return within(travelMs(), reached(answer))
    })
    return undefined
  }

  return {
    port,
    setState(next) {
      if (next !== state) engine.tell(`${name} is ${next}`)
      state = next
    },
    state: () => state,
    setFaults(next) {
      faults = next
    },
  }
}

function once(run: (answer: SimulatedAnswer) => void): (answer: SimulatedAnswer) => void {
  let done = false
  return (answer) => {
    if (done) return
    done = true
    run(answer)
  }
}

function reached(answer: ServerAnswer): SimulatedAnswer {
  return { reached: true, ...answer }
}

function unreachable(why: Extract<SimulatedAnswer, { reached: false }>['why']): SimulatedAnswer {
  return { reached: false, why }
}

function routeOf({ method, path }: SimulatedRequest): string {
  return `${method} ${path.split('?')[0]?.replace('/device/v1', '') ?? path}`
}
