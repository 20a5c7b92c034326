import type { Drive } from './drive.ts'

/** What the owner of a link does beside asking issuers. */
export interface LinkWork {
  /** Called at each turn of the owner; starts what is due and does not wait for it. */
  turn(drive: Drive): Promise<void>
  /** Resolves when nothing is in flight any more. */
  idle(): Promise<void>
}

export function allWorks(...works: readonly LinkWork[]): LinkWork {
  return {
    async turn(drive) {
      for (const work of works) await work.turn(drive)
    },
    async idle() {
      await Promise.all(works.map((work) => work.idle()))
    },
  }
}
