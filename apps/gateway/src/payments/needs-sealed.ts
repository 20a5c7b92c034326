import type { Attempt } from '@holdfast/core'

/**
 * Track data dies at the issuer's answer (PCI DSS 3.3.1): a sealed block is kept only while a message that needs it may
 * still have to be sent. A reversal needs the number and the expiry alone, from the vault.
 */
export function needsSealed(attempt: Attempt): boolean {
  switch (attempt.state) {
    case 'planned':
    case 'shelved':
    case 'sent':
    case 'unknown':
    case 'reversed':
      return true
    case 'reversing':
      return attempt.reversal.why !== 'part_refused'
    case 'declined':
      return attempt.retryAtMs !== null
    case 'approved':
    case 'expired':
      return false
  }
}
