import type { Mode } from '@holdfast/protocol'

/** Whose rows a caller may see: nothing crosses an account, and test and live are apart. */
export interface Scope {
  readonly account: string
  readonly mode: Mode
}
