import type { Notices } from './read-notices.ts'

/** What one process knows of the notices: kept in memory, so that it can be shown while the database is away. */
export class NoticeBoard {
  #known: NoticesKnown = { notices: null, readMs: null, isCurrent: false }

  get known(): NoticesKnown {
    return this.#known
  }

  learn(notices: Notices, readMs: number): void {
    this.#known = { notices, readMs, isCurrent: true }
  }

  /** What was read before stays, and is called old. */
  fail(): void {
    this.#known = { ...this.#known, isCurrent: false }
  }
}

export type NoticesKnown =
  | { readonly notices: Notices; readonly readMs: number; readonly isCurrent: boolean }
  | { readonly notices: null; readonly readMs: null; readonly isCurrent: false }
