import type { CopyStore, RecordCopy } from '../journal/journal-store.ts'
import type { SqliteFile } from './sqlite-file.ts'

/** `write` runs its task in one durable transaction. */
export function sqliteCopies(
  prepare: SqliteFile['prepare'],
  write: <Value>(task: () => Value) => Value,
): CopyStore {
  return {
    async add(copies) {
      return write(() => {
        let added = 0
        for (const { hash, device, seq, wire } of copies) {
          const { header, signature, sealed, contact } = wire
          const { changes } = prepare(
            `insert into copies (hash, device, seq, header, signature, sealed, contact)
             values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
          ).run(hash, device, seq, header, signature, sealed, contact)
          added += Number(changes)
        }
        return added
      })
    },
    async waiting(afterDevice, limit) {
      const rows = prepare(
        `select hash, device, seq, header, signature, sealed, contact from copies
         where verdict is null and device > ? order by device, seq limit ?`,
      ).all(afterDevice, limit)
      return rows.map((row): RecordCopy => {
        const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null)
        const wire = {
          header: text('header') ?? '',
          signature: text('signature') ?? '',
          sealed: text('sealed'),
          contact: text('contact'),
        }
        return { hash: text('hash') ?? '', device: text('device') ?? '', seq: Number(row['seq']), wire }
      })
    },
    async count() {
      const row = prepare(
        `select count(*) filter (where verdict is null) as waiting,
           count(*) filter (where verdict = 'parked') as parked from copies`,
      ).get()
      return { waiting: Number(row?.['waiting']), parked: Number(row?.['parked']) }
    },
    async mark(verdicts, { generation, ownSeq, atMs }) {
      write(() => {
        for (const { hash, verdict } of verdicts) {
          prepare(
            `update copies set verdict = ?, code = ?, mark_generation = ?, mark_seq = ?, mark_ms = ? where hash = ?`,
          ).run(verdict.verdict, verdict.code, generation, ownSeq, atMs, hash)
        }
      })
    },
    async settle({ durableSeq, beforeMs, generation }) {
      write(() => {
        // An earlier version has erased the cards of what it marked: that is of no use to anybody.
        prepare(
          `delete from copies where verdict = 'received' and (mark_seq is null or mark_seq < ? or mark_ms < ?)`,
        ).run(durableSeq, beforeMs)
        prepare(
          `update copies set verdict = null, code = null where verdict = 'received' and mark_generation < ?`,
        ).run(generation)
      })
    },
  }
}
