import type { ErrorCode } from '@holdfast/protocol'

/** What a person says of a payment that waits for one. */
export interface ReviewDecision {
  /** `release`: it is genuine and goes on. `reject`: it is closed as not paid. Either is for ever. */
  readonly decide: 'release' | 'reject'
  /** Who says so; 1 to 200 characters. */
  readonly by: string
  /** Why, up to 200 characters; of a rejection it reaches the device. */
  readonly note: string
}

/** `decided_before`: the same word was said before, and nothing was changed now. */
export type Reviewed =
  | { readonly result: 'decided' | 'decided_before' }
  /** A code of the review, or what still contradicts it: `duplicate_suspected` when another card may have paid. */
  | { readonly result: 'refused'; readonly code: ErrorCode }
