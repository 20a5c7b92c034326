import type { Mode } from '@holdfast/protocol'

/** An event that is still to be published. */
export interface OutboxRow {
  readonly account: string
  readonly event: string
  readonly mode: Mode
  readonly type: string
  readonly object: string
  readonly objectId: string
}
