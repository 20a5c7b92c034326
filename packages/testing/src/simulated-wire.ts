import type { Engine } from './engine.ts'
import type { FaultCounters } from './fault-counters.ts'
import type { Random } from './random.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** ISO 8583's `Connection` and `Dialer`, told by their shape: framed messages over something like TCP. */
export interface WireConnection {
  send(message: Uint8Array): void
  onMessage(receive: (message: Uint8Array) => void): void
  onClose(closed: () => void): void
  close(): void
}

interface WireDialer {
  dial(signal: AbortSignal): Promise<WireConnection>
}

/** Probabilities per message. */
export interface WireFaults {
  /** The connection breaks before the message arrives. */
  readonly cutBefore: number
  /** The message arrives and the connection breaks before anything comes back. */
  readonly cutAfter: number
  readonly delayed: number
}

export const NO_WIRE_FAULTS: WireFaults = { cutBefore: 0, cutAfter: 0, delayed: 0 }

const wireFaultNames = [
  'wire.cut_before',
  'wire.cut_after',
  'wire.delayed',
  'wire.refused',
  'wire.half_open',
] as const

/** `half_open`: looks connected, carries nothing, in either direction. */
type WireState = 'up' | 'down' | 'half_open'

export interface SimulatedWire {
  dialer(process: SimulatedProcess): WireDialer
  setState(state: WireState): void
  setFaults(faults: WireFaults): void
}

/** Called for each accepted connection with the host's end of it. */
export type WireHost = (connection: WireConnection) => void

export function simulatedWire(options: {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly name: string
  readonly host: WireHost
}): SimulatedWire {
  const { engine, random, counters, name, host } = options
  counters.announce(...wireFaultNames)
  const open = new Set<() => void>()
  let state: WireState = 'up'
  let faults = NO_WIRE_FAULTS

  function met(fault: (typeof wireFaultNames)[number], probability: number): boolean {
    if (!random.chance(probability)) return false
    counters.hit(fault)
    engine.tell(`${name}: ${fault}`)
    return true
  }

  /** Messages of one direction arrive in order: what is late holds up what follows. */
  function pipe(from: End, to: End): (message: Uint8Array) => void {
    let freeMs = 0
    return (message) => {
      if (state === 'half_open') return counters.hit('wire.half_open')
      if (met('wire.cut_before', faults.cutBefore)) return breakBoth(from, to)
      const cutAfter = met('wire.cut_after', faults.cutAfter)
      const lateMs = met('wire.delayed', faults.delayed) ? random.int(500, 20_000) : random.int(1, 8)
      freeMs = Math.max(freeMs, engine.nowMs() + lateMs)
      engine.after(freeMs - engine.nowMs(), `${name} message`, () => {
        if (to.isOpen() && state !== 'half_open') to.receive(message)
        if (cutAfter) breakBoth(from, to)
      })
      return undefined
    }
  }

  function breakBoth(a: End, b: End): void {
    engine.after(1, `${name} breaks`, () => {
      a.closed()
      b.closed()
    })
  }

  function connect(process: SimulatedProcess): WireConnection {
    const [near, far] = [createEnd((run) => process.deliver(run)), createEnd((run) => run())]
    const hangUp = (): void => breakBoth(near, far)
    open.add(hangUp)
    // The kernel closes what a dead program held; what it has sent goes on its way.
    process.onKill(hangUp)
    near.attach(pipe(near, far), hangUp)
    far.attach(pipe(far, near), hangUp)
    host(far.connection)
    return near.connection
  }

  return {
    dialer: (process) => ({
      dial(signal) {
        return new Promise((resolve, reject) => {
          engine.after(random.int(1, 20), `${name} dial`, () => {
            if (signal.aborted || state === 'half_open') return
            if (state === 'down') {
              counters.hit('wire.refused')
              process.deliver(() => reject(new Error('connection refused')))
              return
            }
            if (process.isAlive()) process.deliver(() => resolve(connect(process)))
          })
        })
      },
    }),
    setState(next) {
      if (next !== state) engine.tell(`${name} is ${next}`)
      state = next
      if (next !== 'down') return
      for (const hangUp of open) hangUp()
      open.clear()
    },
    setFaults(next) {
      faults = next
    },
  }
}

interface End {
  readonly connection: WireConnection
  attach(send: (message: Uint8Array) => void, hangUp: () => void): void
  receive(message: Uint8Array): void
  closed(): void
  isOpen(): boolean
}

function createEnd(deliver: (run: () => void) => void): End {
  const early: Uint8Array[] = []
  let send: (message: Uint8Array) => void = () => {}
  let hangUp: () => void = () => {}
  let receive: ((message: Uint8Array) => void) | null = null
  let onClosed: (() => void) | null = null
  let state: 'open' | 'closing' | 'closed' = 'open'

  return {
    attach(sendOver, end) {
      send = sendOver
      hangUp = end
    },
    receive(message) {
      if (receive === null) early.push(message)
      else deliver(() => state === 'open' && receive?.(message))
    },
    closed() {
      if (state === 'closed') return
      state = 'closed'
      deliver(() => onClosed?.())
    },
    isOpen: () => state === 'open',
    connection: {
      send(message) {
        if (state !== 'open') throw new Error('the connection is closed')
        send(Uint8Array.from(message))
      },
      onMessage(next) {
        receive = next
        for (const message of early.splice(0)) next(message)
      },
      onClose(closed) {
        onClosed = closed
        if (state === 'closed') closed()
      },
      close() {
        if (state !== 'open') return
        state = 'closing'
        hangUp()
      },
    },
  }
}
