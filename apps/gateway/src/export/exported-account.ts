export interface ExportedAccount {
  readonly account: string
  readonly name: string
  /** By file name. */
  readonly rows: ReadonlyMap<string, number>
}
