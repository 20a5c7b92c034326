import {
  advance,
  type Attempt,
  claimedAttempt,
  must,
  type PaymentStory,
  presentationOf,
} from '@holdfast/core'
import type { SealedRecord } from '@holdfast/envelope'
import type { GenerationMark } from '@holdfast/protocol'
import { retrievalReference } from '../acquirer/retrieval-reference.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { withFreshDetails } from '../payments/fresh-details.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import type { Doubt } from './apply-record.ts'

export interface Doubts {
  readonly generation: number
  /** May a lost database have had this record, and asked the issuer because of it? */
  of(record: SealedRecord): { readonly doubt: Doubt | null; readonly asOf: number }
}

/**
 * What of a batch may have reached a database that is lost. Only what a device wrote after it had learnt of the present
 * generation is certainly new; before the first restore everything is.
 */
export async function doubtsOf(
  world: GatewayWorld,
  records: readonly SealedRecord[],
  mark: GenerationMark | undefined,
): Promise<Doubts> {
  const generation = await world.store.generation()
  const sinceSeq = mark?.generation === generation ? mark.sinceSeq : Number.POSITIVE_INFINITY
  const rrnByHash = new Map<string, string>()
  for (const { header, hash } of generation === 1 ? [] : records) {
    if (header.seq > sinceSeq) continue
    const rrn =
      'attempt' in header
        ? await retrievalReference(world.crypto, {
            paymentId: header.payment,
            attemptId: header.attempt,
            presentation: 1,
          })
        : ''
    rrnByHash.set(hash, rrn)
  }
  return {
    generation,
    of({ hash }) {
      const rrn = rrnByHash.get(hash)
      return rrn === undefined ? { doubt: null, asOf: generation } : { doubt: { rrn }, asOf: generation - 1 }
    },
  }
}

/**
 * A payment of before the restore, as it may be by now: what was not sent when the copy was taken may have been sent
 * since by the database that is lost.
 */
export async function doubtedRow(
  world: GatewayWorld,
  row: PaymentRow,
  generation: number,
): Promise<PaymentRow> {
  if (row.asOf >= generation) return row
  const nowMs = world.clock.wallMs()
  let { story } = row
  for (const attempt of row.story.attempts) {
    const { number, attemptId } = attempt
    const isUnsent = attempt.state === 'planned' || attempt.state === 'shelved'
    if (!isUnsent && !mayBePresentedAgain(row.story, attempt)) continue
    const presentation = presentationOf(story, attempt) + (isUnsent ? 0 : 1)
    const asked = { paymentId: story.paymentId, attemptId, presentation }
    const rrn = await retrievalReference(world.crypto, asked)
    const type = isUnsent ? 'doubted' : 'doubted_again'
    const result = advance(story, { type, number, rrn, nowMs })
    story = must('story' in result ? result.story : null, 'what was not sent can be doubted')
  }
  return story === row.story ? row : withFreshDetails(world, { ...row, story }, nowMs)
}

/** The issuer was not the last to speak: the sale stands, so the next step was to ask it anew. */
function mayBePresentedAgain(story: PaymentStory, attempt: Attempt): boolean {
  if (claimedAttempt(story)?.number !== attempt.number) return false
  return attempt.state === 'reversed' || (attempt.state === 'declined' && attempt.retryAtMs !== null)
}
