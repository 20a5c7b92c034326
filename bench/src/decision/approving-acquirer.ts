import { setTimeout as sleep } from 'node:timers/promises'
import type { Money } from '@holdfast/core'
import type { AcquirerAnswer, AcquirerPort } from '@holdfast/gateway'

/** Says yes to everything after a moment, as issuers do. */
export const approvingAcquirer: AcquirerPort = {
  authorise: ({ money }) => approve(money),
  advise: ({ money }) => approve(money),
  async reverse() {
    await sleep(ISSUER_MS)
    return { kind: 'reversed', wasKnown: true }
  },
  state: () => 'up',
}

async function approve({ amountMinor }: Money): Promise<AcquirerAnswer> {
  await sleep(ISSUER_MS)
  return { kind: 'approved', responseCode: '00', approvalCode: '123456', amountMinor }
}

const ISSUER_MS = 50
