import type { AcquirerAnswer, MessageIdentity, SendLimits } from './acquirer-port.ts'
import type { CompletionMessage } from './presentment-port.ts'

/** What asking for more on a hold needs of an acquirer. It is taken back by the reversal of an `AcquirerPort`. */
export interface IncrementPort {
  state(): 'up' | 'down'
  /** 0100 with the host's mark. */
  increase(message: IncrementMessage, limits: SendLimits): Promise<AcquirerAnswer>
}

/** By its own identity; `money` is what comes on top, `original` the sale that holds. */
export interface IncrementMessage extends MessageIdentity, Pick<CompletionMessage, 'card' | 'original'> {}
