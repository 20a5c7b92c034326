import type { GatewayStore } from '@holdfast/gateway'
import type { Engine, FaultCounters, SimulatedWire, WireConnection } from '@holdfast/testing'
import type { Watch } from './watch.ts'

type Dialer = ReturnType<SimulatedWire['dialer']>

/** The clocks of two gateways differ by up to 600 ms, so the former owner may believe in its lease for so long. */
const CLOCKS_DIFFER_MS = 1_000

/** Put around a gateway process's store and dialer, which are handed on as they are. */
export interface LinkWatch {
  store(store: GatewayStore, process: string): GatewayStore
  dialer(dialer: Dialer, process: string): Dialer
}

/** Looks at what leaves for the acquirer: money moves only by the hand that the database has named (I9). */
export function watchLink(
  watch: Watch,
  {
    engine,
    counters,
    typeOf,
  }: {
    readonly engine: Engine
    readonly counters: FaultCounters
    /** The MTI of a message on this wire. */
    readonly typeOf: (message: Uint8Array) => string
  },
): LinkWatch {
  let owner: { readonly process: string; readonly sinceMs: number } | null = null
  counters.announce('state.link_taken_over')

  function onClaimed(process: string): void {
    if (owner?.process === process) return
    counters.sometimes('state.link_taken_over', owner !== null)
    owner = { process, sinceMs: engine.nowMs() }
  }

  function onSend(process: string, message: Uint8Array): void {
    if (owner === null || owner.process === process) return
    if (engine.nowMs() - owner.sinceMs < CLOCKS_DIFFER_MS) return
    const mti = typeOf(message)
    if (mti.startsWith(NETWORK_MANAGEMENT)) return
    watch.breach(
      'only the owner of a link sends over it',
      `${process} sends ${mti}, ${owner.process} owns it since ${owner.sinceMs} ms`,
    )
  }

  return {
    store: (store, process) => ({
      ...store,
      async claimLink(claim) {
        const ownership = await store.claimLink(claim)
        if (ownership !== null) onClaimed(process)
        return ownership
      },
    }),
    dialer: (dialer, process) => ({
      async dial(signal) {
        const connection = await dialer.dial(signal)
        const send: WireConnection['send'] = (message) => {
          onSend(process, message)
          connection.send(message)
        }
        return { ...connection, send }
      },
    }),
  }
}

const NETWORK_MANAGEMENT = '08'
