import type { SealedRecord } from '@holdfast/envelope'
import type { GenerationMark } from '@holdfast/protocol'
import { retrievalReference } from '../authoriser/retrieval-reference.ts'
import type { GatewayWorld } from '../gateway-world.ts'
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
