import type { PageSource } from '../database/read-page.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { Tx } from '../database/transaction.ts'
import type { FileType } from './file-type.ts'

/** Without what is in it. */
export interface StoredFile {
  readonly id: string
  readonly purpose: 'dispute_evidence'
  readonly filename: string | null
  readonly type: FileType
  readonly bytes: number
  readonly createdMs: number
}

/** In no particular order; ids that are not of this scope are left out. Locked: none is removed before this transaction ends. */
export async function findFiles(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<StoredFile[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<StoredFile>({
    text: `select file as id, purpose, filename, type, length(content) as bytes, created_ms as "createdMs"
      from files where account = $1 and mode = $2 and file = any ($3)
      ${lock ? 'for key share' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** Null when there is no such file in this scope. */
export async function readFileContent(db: Tx, { account, mode }: Scope, id: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ content: Buffer }>(
    'select content from files where account = $1 and mode = $2 and file = $3',
    [account, mode, id],
  )
  return rows[0]?.content ?? null
}

export async function insertFile(
  tx: Tx,
  { account, mode }: Scope,
  file: Omit<StoredFile, 'bytes'> & { readonly content: Uint8Array },
): Promise<void> {
  const { id, purpose, filename, type, content, createdMs } = file
  await tx.query(
    `insert into files (account, file, mode, purpose, filename, type, content, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [account, id, mode, purpose, filename, type, content, createdMs],
  )
}

export function filesSource({ account, mode }: Scope, purpose: string | null): PageSource {
  return {
    items: `select file as id, created_ms as at_ms from files
      where account = $1 and mode = $2 and ($3::text is null or purpose = $3)`,
    values: [account, mode, purpose],
  }
}
