import type { Drive } from './drive.ts'

/** What the owner of a link does beside asking issuers. */
export interface LinkWork {
  /** Called at each turn of the owner; starts what is due and does not wait for it. */
  turn(drive: Drive): Promise<void>
  /** Resolves when nothing is in flight any more. */
  idle(): Promise<void>
}
