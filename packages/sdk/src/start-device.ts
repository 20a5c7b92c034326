import type { Device, TerminalDeps } from './device.ts'
import { Feed } from './gateway/feed.ts'
import { Forwarder } from './gateway/forwarder.ts'
import { GatewayClient } from './gateway/gateway-client.ts'
import { OutageDetector } from './gateway/outage-detector.ts'
import { writeContact } from './gateway/write-contact.ts'
import { expireLate } from './journal/expire-late.ts'
import type { Journal } from './journal/journal.ts'
import { DeadlineWatch } from './queue/deadline-watch.ts'
import type { ForwardProgress } from './queue/queued-payment.ts'
import type { TerminalEvent } from './terminal-api.ts'

export interface RunningDevice {
  readonly device: Device
  setForcedOffline(forced: boolean): void
  flush(): Promise<void>
  /** Of the record with this seq. */
  progressOf(seq: number): ForwardProgress
  /** Device time; null when nothing waits. */
  oldestDeadlineMs(): number | null
  close(): Promise<void>
}

/** Starts what an enrolled device does by itself: watching the network, forwarding, listening to the feed. */
export function startDevice(
  deps: TerminalDeps,
  journal: Journal,
  hooks: { readonly emit: (event: TerminalEvent) => void; readonly onStatus: () => void },
): RunningDevice {
  const { crypto, key, network, clock, store, reachability = [], hints } = deps
  const { emit, onStatus } = hooks
  const gateway = new GatewayClient({
    clock,
    crypto,
    key,
    network,
    device: journal.state.enrolment.device,
    keys: () => journal.state.lease.gatewayKeys,
    onReply: (call, reply, tookMs) => detector.report(call, reply, tookMs),
  })
  const detector = new OutageDetector({
    clock,
    crypto,
    ping: (timeoutMs) => gateway.ping(timeoutMs),
    reachability,
    hints,
    onContact: (contact) => void journal.append(writeContact(contact)).then(closeLate),
    onChange({ returned }) {
      if (returned) {
        forwarder.networkBack()
        feed.wake()
      }
      onStatus()
    },
  })
  const forwarder = new Forwarder({ journal, store, gateway, clock, crypto, emit })
  const feed = new Feed({ journal, gateway, clock, crypto, emit })
  const deadline = new DeadlineWatch({ journal, store, onChange: onStatus })
  journal.onMove(() => {
    forwarder.wake()
    deadline.look()
    onStatus()
  })
  deadline.look()
  /** A disk that cannot be read is asked again at the next contact. */
  async function closeLate(): Promise<void> {
    const expired = await expireLate(journal, store).catch(() => [])
    for (const payment of expired) emit({ type: 'paymentChanged', payment })
  }
  for (const loop of [detector, forwarder, feed]) void loop.run()
  return {
    device: { deps, journal, gateway, detector, emit },
    setForcedOffline(forced) {
      gateway.setSilent(forced)
      if (forced) return
      detector.startAnew()
      forwarder.networkBack()
      feed.wake()
    },
    flush: () => forwarder.flush(),
    progressOf: (seq) => forwarder.progressOf(seq),
    oldestDeadlineMs: () => deadline.deadlineMs,
    async close() {
      for (const loop of [detector, forwarder, feed]) loop.stop()
      gateway.setSilent(true)
      await journal.close()
    },
  }
}
