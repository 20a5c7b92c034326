import { advance, must, presentationOf } from '@holdfast/core'
import type { SealedRecord } from '@holdfast/envelope'
import type { GenerationMark } from '@holdfast/protocol'
import { retrievalReference } from '../authoriser/retrieval-reference.ts'
import type { GatewayWorld } from '../gateway-world.ts'
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
  let { story } = row
  for (const attempt of row.story.attempts) {
    if (attempt.state !== 'planned' && attempt.state !== 'shelved') continue
    const { number, attemptId } = attempt
    const presentation = presentationOf(story, attempt)
    const asked = { paymentId: story.paymentId, attemptId, presentation }
    const rrn = await retrievalReference(world.crypto, asked)
    const result = advance(story, { type: 'doubted', number, rrn, nowMs: world.clock.wallMs() })
    story = must('story' in result ? result.story : null, 'what was not sent can be doubted')
  }
  return story === row.story ? row : { ...row, story }
}
