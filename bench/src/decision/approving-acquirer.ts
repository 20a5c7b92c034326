import { setTimeout as sleep } from 'node:timers/promises'
import type { AcquirerPort } from '@holdfast/gateway'

/** Says yes to everything after a moment, as issuers do. */
export const approvingAcquirer: AcquirerPort = {
  async authorise({ money }) {
    await sleep(ISSUER_MS)
    const { amountMinor } = money
    return { kind: 'approved', responseCode: '00', approvalCode: '123456', amountMinor }
  },
  async reverse() {
    await sleep(ISSUER_MS)
    return { kind: 'reversed' }
  },
  state: () => 'up',
}

const ISSUER_MS = 50
