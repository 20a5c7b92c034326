/** Why a payment waits for a person: no machine decides it any more. */

/** Only a lost database knew what its acquirer was asked, and the host cannot be asked again. */
export const OUTCOME_LOST = 'outcome_lost'

/** The host cannot take an advice. */
export const ADVICE_REFUSED = 'advice_refused'

/** Nobody decided, as often as the contract lets a machine ask. */
export const RETRIES_USED_UP = 'retries_used_up'

/** The acquirer takes no question about a sale as old as this one. */
export const DEFERRED_TOO_OLD = 'deferred_too_old'

/** No key at hand opens the sealed block of its card. */
export const CARD_BLOCK_UNREADABLE = 'card_block_unreadable'

/** It has to be asked anew, and its card was erased. */
export const CARD_BLOCK_GONE = 'card_block_gone'
