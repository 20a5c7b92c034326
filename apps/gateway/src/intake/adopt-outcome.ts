import { advance, claimedAttempt, type GivenUp, must, toBase64Url } from '@holdfast/core'
import { openStatement } from '@holdfast/envelope'
import { type OutcomeStatement, outcomeStatement, type Signed } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { OUTCOME_LOST } from '../payments/attention.ts'
import type { DeviceRow, PaymentRow } from '../store/gateway-store.ts'

/** The gateway's own words about this device's payments, of before its database was lost; what is not that is left out. */
export async function openOutcomes(
  world: GatewayWorld,
  device: DeviceRow,
  statements: readonly Signed[],
  generation: number,
): Promise<OutcomeStatement[]> {
  const { signing, signingPublicKeys } = world.keys
  const keys = signingPublicKeys ?? [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
  const opened = await Promise.all(
    statements.map((statement) => openStatement(world.crypto, keys, 'outcome', outcomeStatement, statement)),
  )
  return opened.flatMap((outcome) =>
    outcome !== null && outcome.device === device.deviceId && outcome.generation < generation
      ? [outcome]
      : [],
  )
}

/**
 * Takes over what an earlier generation said in the end, so that the issuer is not asked again: the authorisation as
 * the acquirer and the books know it. Null when it says nothing that is not known, or does not fit.
 */
export function adoptOutcome(
  row: PaymentRow,
  outcome: OutcomeStatement,
  generation: number,
): PaymentRow | null {
  const { status, attempt: attemptId, authorisation, responseCode, approvalCode, atMs } = outcome
  const { money } = row.story
  if (row.asOf >= generation || row.deviceId !== outcome.device) return null
  if (money.amountMinor !== outcome.amountMinor || money.currency !== outcome.currency) return null
  if (outcome.givenUp !== undefined) return adoptGivenUp(row, outcome.givenUp)
  if (status === 'processing' || status === 'canceled' || attemptId === null || responseCode === null)
    return null
  if (authorisation === null || authorisation === undefined) return null
  if (status !== 'declined' && approvalCode === null) return null
  const { charge, saleMs, advice, vault, ...identity } = authorisation
  const sending = advice === undefined ? identity : { ...identity, advice }
  const result = advance(row.story, {
    type: 'adopted',
    attemptId,
    sending,
    answer: {
      responseCode,
      answeredAtMs: atMs,
      approvalCode: status === 'declined' ? null : approvalCode,
      approvedMinor: outcome.approvedMinor ?? outcome.amountMinor,
    },
  })
  if ('refusal' in result || result.story === row.story) return null
  const { number } = must(claimedAttempt(result.story), 'what was adopted is claimed')
  const known = row.details[number - 1]
  const before = known ?? row.details.findLast((_, at) => row.story.attempts[at]?.attemptId === attemptId)
  const read = must(before, 'a claimed attempt has its details')
  const detail = { ...read, number, chargeId: charge, sealed: null, vault: read.vault ?? vault ?? null }
  const details =
    known === undefined
      ? [...row.details, detail]
      : row.details.map((other) => (other.number === number ? detail : other))
  // Nobody has to look it up any more.
  const attention = row.attention === OUTCOME_LOST ? null : row.attention
  return { ...row, story: result.story, details, openedMs: saleMs, attention }
}

/** A person's word of before the restore stands: only what may be at the issuer is still found out and taken back. */
function adoptGivenUp(row: PaymentRow, givenUp: GivenUp): PaymentRow | null {
  const result = advance(row.story, { type: 'given_up', ...givenUp })
  if ('refusal' in result || result.story === row.story) return null
  return { ...row, story: result.story, attention: row.attention === OUTCOME_LOST ? OUTCOME_LOST : null }
}
