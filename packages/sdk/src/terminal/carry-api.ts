import type { ErrorCode } from '@holdfast/protocol'
import type { TerminalDeps } from '../device.ts'
import { keepFrozen } from '../journal/kept-values.ts'
import type { RunningDevice } from './start-device.ts'
import { type ExportedQueue, exportQueue } from '../carry/export-queue.ts'
import { type GuardAnswer, mayRemove, type Pending, pendingOf } from '../carry/guard.ts'
import { type ImportedQueue, importQueue } from '../carry/import-queue.ts'

/** Moving a queue to another device, and taking a device out of service without losing what it holds. */
export interface CarryApi {
  /**
   * Everything that the gateway does not have yet, as one file for another device of the account. The cards in it are
   * sealed to the gateway and the records signed by this device: nobody on the way can read or change them.
   */
  exportQueue(options?: { all?: boolean }): Promise<({ status: 'exported' } & ExportedQueue) | CarryRefused>
  /** Takes another device's file along and forwards it in that device's name. Twice the same file adds nothing. */
  importQueue(text: string): Promise<ImportedQueue>
  /** What would be lost with this device now. */
  pending(): Promise<Pending>
  /**
   * This device sells no more; what it holds is still forwarded. Refused while payments are pending, unless `force` comes
   * with their number.
   */
  deauthorise(answer?: GuardAnswer): Promise<{ status: 'deauthorised' } | GuardRefused>
  /**
   * Deletes all that is stored and closes the terminal. Guarded alike; `exported` is the file with what was pending,
   * null when nothing was.
   */
  reset(answer?: GuardAnswer): Promise<{ status: 'reset'; exported: string | null } | GuardRefused>
  health(): DeviceHealth
}

interface CarryRefused {
  readonly status: 'refused'
  readonly code: ErrorCode
}

export interface GuardRefused extends CarryRefused {
  /** Null where it is not what stands in the way. */
  readonly pending: Pending | null
}

export interface DeviceHealth {
  /** Why no sale is taken on this device, whatever its lease says; null when one is. */
  readonly refusal: ErrorCode | null
  /**
   * What somebody in the gateway's place last answered to this device's signature: revoked or not known. Not signed, so
   * it stops nothing: what is stored is kept, and offline sales end with the lease.
   */
  readonly rejected: ErrorCode | null
  /** Why nothing is taken offline on this platform: its storage may be thrown away. Null where it is kept. */
  readonly storage: ErrorCode | null
}

export function carryApi(
  deps: TerminalDeps,
  world: { readonly running: () => RunningDevice | null; readonly busy: () => boolean },
): CarryApi {
  const { store, crypto, key, clock } = deps
  const { running, busy } = world

  async function guarded<Result>(
    answer: GuardAnswer,
    act: (device: RunningDevice, pending: Pending) => Promise<Result>,
  ): Promise<Result | GuardRefused> {
    const device = running()
    if (device === null) return { status: 'refused', code: 'not_enrolled', pending: null }
    if (busy()) return { status: 'refused', code: 'sale_in_progress', pending: null }
    const pending = await pendingOf(store, device.device.journal.state)
    return mayRemove(pending, answer)
      ? act(device, pending)
      : { status: 'refused', code: 'payments_pending', pending }
  }

  const write = (all: boolean) => exportQueue({ store, crypto, key, nowMs: clock.wallMs() }, { all })

  return {
    async exportQueue({ all = false } = {}) {
      const exported = await write(all)
      return exported === null
        ? { status: 'refused', code: 'not_enrolled' }
        : { status: 'exported', ...exported }
    },

    async importQueue(text) {
      const device = running()
      if (device === null) return { status: 'refused', code: 'not_enrolled' }
      const { enrolment } = device.device.journal.state
      const imported = await importQueue({ store, crypto, enrolment }, text)
      device.carrier?.wake()
      return imported
    },

    async pending() {
      const device = running()
      return device === null
        ? { count: 0, sums: {}, voids: 0, carried: 0 }
        : pendingOf(store, device.device.journal.state)
    },

    deauthorise: (answer = {}) =>
      guarded(answer, async ({ device }) => {
        const written = await device.journal.append({
          load: () => Promise.resolve(null),
          build: ({ time }) => {
            const values = keepFrozen({ code: 'device_deauthorised', atMs: time.nowMs })
            return { do: 'commit', value: null, draft: { values } }
          },
        })
        if (!written.ok) return { status: 'refused', code: written.code, pending: null } as const
        return { status: 'deauthorised' } as const
      }),

    reset: (answer = {}) =>
      guarded(answer, async (device, pending) => {
        if (store.erase === undefined) {
          return { status: 'refused', code: 'storage_unavailable', pending: null } as const
        }
        const exported = pending.count + pending.voids === 0 ? null : await write(false)
        await store.erase()
        await device.close()
        return { status: 'reset', exported: exported?.text ?? null } as const
      }),

    health() {
      const device = running()
      return {
        refusal: device?.device.journal.refusal ?? null,
        rejected: device?.rejected() ?? null,
        storage: deps.storageRefusal ?? null,
      }
    },
  }
}
