import type { Clock, Crypto, IdSource } from '@holdfast/core'
import type { AcquirerProfile } from '../acquirer/acquirer-profile.ts'
import type { ChangeNotifier } from '../ports/change-notifier.ts'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import type { Log } from '../ports/log.ts'
import type { GatewayStore } from '../store/gateway-store.ts'

/** Everything that intake, authoriser and the device API take from outside; the simulation rules all of it. */
export interface GatewayWorld {
  readonly store: GatewayStore
  readonly clock: Clock
  readonly crypto: Crypto
  readonly keys: GatewayKeys
  readonly profile: AcquirerProfile
  readonly log: Log
  /** Wakes whoever waits for a payment or a device. */
  readonly changes: ChangeNotifier
  /**
   * What counts as durable beyond this gateway's own disk (MP12). `commit`: the database answers COMMIT only when a
   * standby has it too. `backup`: a verified backup holds it together with its outcome. `none`, the default: devices
   * keep what they have for a week.
   */
  readonly durable?: 'none' | 'commit' | 'backup'
}

export function idSourceOf({ clock, crypto }: Pick<GatewayWorld, 'clock' | 'crypto'>): IdSource {
  return { wallMs: () => clock.wallMs(), randomBytes: (count) => crypto.randomBytes(count) }
}
