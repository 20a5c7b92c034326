/** One file of an export: a row of JSON per thing, with names and units that need no knowledge of our tables. */
export interface Noun {
  readonly file: string
  /** For the README of the export. */
  readonly holds: string
  /** Whose data it is; a test holds that no table is forgotten. */
  readonly tables: readonly string[]
  /** $1 account, $2 exponents of the currencies as JSON; one column of JSON text. */
  readonly sql: string
}
