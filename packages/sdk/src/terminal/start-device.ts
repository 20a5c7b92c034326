import { toBase64Url } from '@holdfast/core'
import { errorCodeOf } from '../carry/error-code-of.ts'
import { Carrier } from '../carry/carrier.ts'
import type { Device, TerminalDeps } from '../device.ts'
import { Feed } from '../gateway/feed.ts'
import { Forwarder } from '../gateway/forwarder.ts'
import { GatewayClient } from '../gateway/gateway-client.ts'
import { OutageDetector } from '../gateway/outage-detector.ts'
import { writeContact } from '../gateway/write-contact.ts'
import { expireLate } from '../journal/expire-late.ts'
import type { Journal } from '../journal/journal.ts'
import type { ErrorCode, ServiceNotice } from '@holdfast/protocol'
import { DeadlineWatch } from '../queue/deadline-watch.ts'
import type { ForwardProgress } from '../gateway/forward-progress.ts'
import type { TerminalEvent } from '../terminal-events.ts'

export interface RunningDevice {
  readonly device: Device
  setForcedOffline(forced: boolean): void
  flush(): Promise<void>
  /** Of the record with this seq. */
  progressOf(seq: number): ForwardProgress
  /** Device time; null when nothing waits. */
  oldestDeadlineMs(): number | null
  /** Forwards other devices' records; null where the store has no place for them. */
  readonly carrier: Carrier | null
  /** What the operator of the gateway announces. */
  notices(): readonly ServiceNotice[]
  /** What was last answered to this device's signature, when it was a refusal. */
  rejected(): ErrorCode | null
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
  let rejected: ErrorCode | null = null
  const gateway = new GatewayClient({
    clock,
    crypto,
    key,
    network,
    device: journal.state.enrolment.device,
    keys: () => journal.state.lease.gatewayKeys,
    onReply(call, reply, tookMs) {
      const before = rejected
      if (reply.heard) rejected = null
      else if (reply.answer.reached && reply.answer.status === 401) rejected = errorCodeOf(reply.answer.body)
      if (rejected !== before) onStatus()
      detector.report(call, reply, tookMs)
    },
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
        carrier?.wake()
        feed.wake()
      }
      onStatus()
    },
  })
  const signer = { keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }
  const forwarder = new Forwarder({ journal, store, gateway, clock, crypto, signer, emit })
  const feed = new Feed({ journal, gateway, clock, crypto, emit })
  const { copies } = store
  const carrier = copies === undefined ? null : new Carrier({ journal, copies, gateway, clock, crypto, emit })
  const deadline = new DeadlineWatch({ journal, store, onChange: onStatus })
  journal.onMove(() => {
    forwarder.wake()
    deadline.look()
    carrier?.look()
    onStatus()
  })
  deadline.look()
  /** A disk that cannot be read is asked again at the next contact. */
  async function closeLate(): Promise<void> {
    const expired = await expireLate(journal, store).catch(() => [])
    for (const payment of expired) emit({ type: 'paymentChanged', payment })
  }
  const loops = [detector, forwarder, feed, ...(carrier === null ? [] : [carrier])]
  for (const loop of loops) void loop.run()
  return {
    device: { deps, journal, gateway, detector, emit },
    setForcedOffline(forced) {
      gateway.setSilent(forced)
      if (forced) return
      detector.startAnew()
      forwarder.networkBack()
      carrier?.wake()
      feed.wake()
    },
    flush: () => forwarder.flush(),
    progressOf: (seq) => forwarder.progressOf(seq),
    oldestDeadlineMs: () => deadline.deadlineMs,
    carrier,
    notices: () => feed.notices,
    rejected: () => rejected,
    async close() {
      for (const loop of loops) loop.stop()
      gateway.setSilent(true)
      await journal.close()
    },
  }
}
