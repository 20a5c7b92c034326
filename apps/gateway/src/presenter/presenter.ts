import type { Pool } from 'pg'
import type { PresentmentPort } from '../acquirer/presentment-port.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import { duePresentments } from '../presentments/presentment-row.ts'
import { createDueWork } from './due-work.ts'
import { present } from './present.ts'

/** Presents what is due; what was in flight is repeated with the same identifiers. */
export function createPresenter(pool: Pool, port: PresentmentPort): LinkWork {
  return createDueWork({
    what: 'presentment',
    port,
    due: (wanted) => duePresentments(pool, wanted),
    idOf: ({ presentmentId }) => presentmentId,
    run: (drive, row) => present({ ...drive, pool, port }, row),
  })
}
