import type { GenerationMark } from '@holdfast/protocol'
import type { JournalState } from './journal-step.ts'

/** Which generation of the gateway this journal knows, and what in it is older than that knowledge. */
export function generationMark({ feed, head }: Pick<JournalState, 'feed' | 'head'>): GenerationMark {
  return { generation: feed?.generation ?? 1, sinceSeq: head.resendSeq }
}

/** All that was written before the gateway's present generation has its verdict of it. */
export function isSynced({ head }: Pick<JournalState, 'head'>): boolean {
  return head.forwardedSeq >= head.resendSeq
}
