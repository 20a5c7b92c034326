import type { Device, TerminalDeps } from './device.ts'
import { Feed } from './gateway/feed.ts'
import { Forwarder } from './gateway/forwarder.ts'
import { GatewayClient } from './gateway/gateway-client.ts'
import { OutageDetector } from './gateway/outage-detector.ts'
import { writeContact } from './gateway/write-contact.ts'
import type { Journal } from './journal/journal.ts'
import type { TerminalEvent } from './terminal-api.ts'

export interface RunningDevice {
  readonly device: Device
  setForcedOffline(forced: boolean): void
  flush(): Promise<void>
  close(): Promise<void>
}

/** Starts what an enrolled device does by itself: watching the network, forwarding, listening to the feed. */
export function startDevice(
  deps: TerminalDeps,
  journal: Journal,
  hooks: { readonly emit: (event: TerminalEvent) => void; readonly onStatus: () => void },
): RunningDevice {
  const { crypto, key, network, clock, store, reachability } = deps
  const { emit, onStatus } = hooks
  const gateway = new GatewayClient({
    crypto,
    key,
    network,
    device: journal.state.enrolment.device,
    keys: () => journal.state.lease.gatewayKeys,
    onReply: (reply) => detector.report(reply),
  })
  const detector = new OutageDetector({
    clock,
    crypto,
    ping: () => gateway.ping(),
    reachability,
    onContact: (contact) => void journal.append(writeContact(contact)),
    onChange() {
      if (detector.status === 'online') {
        forwarder.networkBack()
        feed.wake()
      }
      onStatus()
    },
  })
  const forwarder = new Forwarder({ journal, store, gateway, clock, crypto, emit })
  const feed = new Feed({ journal, gateway, clock, crypto, emit })
  journal.onMove(() => {
    forwarder.wake()
    onStatus()
  })
  for (const loop of [detector, forwarder, feed]) void loop.run()
  return {
    device: { deps, journal, gateway, detector, emit },
    setForcedOffline(forced) {
      gateway.setSilent(forced)
      if (forced) return
      detector.probe()
      forwarder.networkBack()
      feed.wake()
    },
    flush: () => forwarder.flush(),
    async close() {
      for (const loop of [detector, forwarder, feed]) loop.stop()
      gateway.setSilent(true)
      await journal.close()
    },
  }
}
