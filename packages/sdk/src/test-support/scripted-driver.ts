import type { ReaderInfo } from '@holdfast/protocol'
import type { ReachableReader, ReaderDriver } from '../reader-driver.ts'
import type { OfflineStatusDetails } from '../terminal-events.ts'
import { ScriptedReader } from './scripted-reader.ts'

interface Scripted extends ReachableReader {
  /** The link to the reader breaks. */
  lose(): void
  readonly connections: { readonly readerId: string | null; open: boolean }[]
}

/** A reader in reach of the test's driver. */
export function scriptedReachable(
  change: Partial<ReaderInfo>,
  options: {
    readonly softwareUpdatedMs?: number | null
    readonly fails?: boolean
    readonly ownStatus?: OfflineStatusDetails
  } = {},
): Scripted {
  const { softwareUpdatedMs = null, fails = false, ownStatus } = options
  const reader = new ScriptedReader()
  reader.info = { ...reader.info, ...change }
  const connections: { readonly readerId: string | null; open: boolean }[] = []
  let lost: () => void = () => {}
  return {
    info: reader.info,
    softwareUpdatedMs,
    connections,
    lose: () => lost(),
    connect({ readerId, onLost }) {
      if (fails) return Promise.reject(new Error('no answer'))
      lost = onLost
      const connection = { readerId, open: true }
      connections.push(connection)
      return Promise.resolve({
        reader,
        disconnect: async () => void (connection.open = false),
        ...(ownStatus === undefined ? {} : { offlineStatus: () => ownStatus }),
      })
    },
  }
}

export function scriptedDriver(...readers: readonly ReachableReader[]): ReaderDriver {
  return { name: 'scripted', discover: () => Promise.resolve(readers) }
}
