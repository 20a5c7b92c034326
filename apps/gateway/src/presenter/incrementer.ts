import type { Pool } from 'pg'
import type { IncrementPort } from '../acquirer/increment-port.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import { dueIncrements } from '../increments/increment-row.ts'
import { driveIncrement } from './drive-increment.ts'
import { createDueWork } from './due-work.ts'

/** Asks for what is due on top of holds. A merchant waits for the answer, perhaps in another process: it is in the row. */
export function createIncrementer(pool: Pool, port: IncrementPort): LinkWork {
  return createDueWork({
    what: 'increment',
    port,
    due: (wanted) => dueIncrements(pool, wanted),
    idOf: ({ incrementId }) => incrementId,
    run: (drive, row) => driveIncrement({ ...drive, pool, port }, row),
  })
}
