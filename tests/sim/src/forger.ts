import type { Crypto, SigningKey } from '@holdfast/core'
import { parseJson, sha256Text, signStatement } from '@holdfast/envelope'
import {
  type AttemptStatement,
  intakeRequest,
  type IntakeReceipt,
  onlineAttemptRequest,
} from '@holdfast/protocol'
import type { ServerAnswer, SimulatedRequest } from '@holdfast/testing'

/**
 * Somebody on the way who answers for the gateway: well-formed statements with the gateway's key id, signed with
 * another key. Null for what it does not forge.
 */
export function createForger(crypto: Crypto, key: SigningKey, gatewayKeyId: string) {
  const forging: SigningKey = { ...key, keyId: gatewayKeyId }

  return async (request: SimulatedRequest): Promise<ServerAnswer | null> => {
    const body = parseJson(request.body ?? '')
    const records = intakeRequest.safeParse(body)
    if (records.success) {
      const verdicts = await Promise.all(
        records.data.records.map(async ({ header }) => ({
          hash: await sha256Text(crypto, header),
          verdict: 'received' as const,
          code: null,
        })),
      )
      const { device } = parseJson(records.data.records[0]?.header ?? '{}') as { device: string }
      const receipt: IntakeReceipt = { device, generation: 1, atMs: 0, verdicts }
      return answer({ receipt: await signStatement(forging, 'receipt', receipt) })
    }
    const attempt = onlineAttemptRequest.safeParse(body)
    if (!attempt.success) return null
    const header = parseJson(attempt.data.record.header) as { payment: string; attempt: string }
    const statement: AttemptStatement = {
      payment: header.payment,
      attempt: header.attempt,
      atMs: 0,
      timerMs: 1_000,
      outcome: { result: 'approved', responseCode: '00', approvalCode: '123456' },
    }
    return answer({ answer: await signStatement(forging, 'attempt', statement) })
  }
}

function answer(body: unknown): ServerAnswer {
  return { status: 200, body: JSON.stringify(body), retryAfterMs: null }
}
