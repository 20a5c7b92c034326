import { NO_EXPOSURE, NO_TIME_MARK } from '@holdfast/core'
import type { JournalChange, JournalStore } from '@holdfast/sdk'
import { type BenchQueue, timed } from './bench-queue.ts'
import { randomText } from './payment-record.ts'

/** The journal's store alone, without hash, signature, limits or payment list: what its disk format costs. */
export async function storeQueue(store: JournalStore): Promise<BenchQueue> {
  let version = (await store.head())?.version ?? 0
  const acknowledged: string[] = []
  return {
    acknowledged,
    async append() {
      const change = changeTo(version + 1)
      const tookMs = await timed(async () => {
        if ((await store.commit(version, change)) !== 'committed') throw new Error('the head has moved')
      })
      version += 1
      acknowledged.push(change.head.hash)
      return tookMs
    },
    async waiting() {
      const records = await store.records({ afterSeq: 0, limit: 1_000_000 })
      return records.map(({ hash }) => hash)
    },
    close: () => store.close(),
  }
}

function changeTo(seq: number): JournalChange {
  const hash = seq.toString(16).padStart(64, '0')
  const wire = { header: randomText(1_000), signature: randomText(86), sealed: null, contact: null }
  return {
    head: {
      version: seq,
      epoch: 'ep_000000000000000000000001',
      seq,
      hash,
      exposure: NO_EXPOSURE,
      time: NO_TIME_MARK,
      timeBase: { boot: 'bench', monotonicMs: 0, contactBoot: null },
      forwardedSeq: 0,
      resendSeq: 0,
      backlog: { count: 0, sums: {}, voids: 0 },
    },
    append: [{ seq, hash, wire, verdict: null }],
    payments: [],
    verdicts: [],
    erase: [],
    values: {},
  }
}
