import * as z from 'zod'

/**
 * A backup is one text file of JSON lines, so that it can be read without us. First the header, then each table, parents
 * before children, then one line that closes the file. Every part ends with its count of rows and the SHA-256 of its
 * lines; a row is an array of PostgreSQL's text forms in the order of the part's columns.
 *
 *     {"holdfast":"backup","format":1,…}
 *     {"end":"header","rows":0,"sha256":"…"}
 *     {"table":"accounts","columns":["account","name",…]}
 *     ["acct_…","Café",…]
 *     {"end":"accounts","rows":1,"sha256":"…"}
 *     {"complete":"bkp_…","rows":1,"sha256":"…"}
 */
export const BACKUP_FORMAT = 1

export const BACKUP_SUFFIX = '.backup'

/** What may stand in one line; a longer one is damage, not data. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const rows = z.int().min(0)

export const backupHeader = z.object({
  holdfast: z.literal('backup'),
  format: z.int().min(1),
  backup: z.string().regex(/^bkp_[0-9a-f]{24}$/),
  takenAtMs: z.int().min(0),
  /** `takenAtMs` for people. */
  takenAt: z.string(),
  /** Of the gateway when it was taken; a restore gives it a higher one. */
  generation: z.int().min(1),
  /** What the database had been brought to. */
  migrations: z.array(z.object({ number: z.int().min(1), name: z.string(), sha256 })).min(1),
  /** Which gateway secret opens the keys in here; null when it was not at hand. The secret itself is never in a backup. */
  wrappingKeyId: z.string().nullable(),
  tables: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
})
export type BackupHeader = z.infer<typeof backupHeader>

export const tableLine = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1) })
export const rowLine = z.array(z.string().nullable())
export const endLine = z.strictObject({ end: z.string(), rows, sha256 })
export const completeLine = z.strictObject({ complete: z.string(), rows, sha256 })

export type BackupRow = z.infer<typeof rowLine>

/** What a part is called in messages. */
export const HEADER_PART = 'header'
export const LAST_PART = 'end of the file'
