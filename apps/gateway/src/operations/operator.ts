import type { Crypto, IdSource } from '@holdfast/core'
import type { GatewaySecrets } from '../keys/gateway-secrets.ts'

/** Everything that an operator's command takes from outside. */
export interface Operator {
  /** HOLDFAST_HOME, absolute. */
  readonly home: string
  readonly databaseUrl: string | null
  /** Null where there is none; never makes one. Throws when it can be read by others. */
  readonly secrets: () => GatewaySecrets | null
  readonly crypto: Crypto
  readonly nowMs: () => number
  /** Who is signed in on this machine. */
  readonly user: string
  /** The answer, to stdout. */
  readonly say: (line: string) => void
  /** What is going on, and what went wrong: stderr. */
  readonly note: (line: string) => void
}

/** 0: done. 1: refused, nothing was changed. 2: asked wrongly. 3: `--yes` is missing, and what it would do was said. */
export type ExitCode = 0 | 1 | 2 | 3

export interface Command {
  /** As it is typed, without `npm run gateway --`. */
  readonly name: string
  /** Behind the name. */
  readonly usage: string
  readonly summary: string
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>
  /** It changes money or records: it takes `--by` and `--note` too, and `noteCommand` keeps who, when and why. */
  readonly noted?: 'with_reason' | 'reason_optional'
  /** How many words may stand behind the name. */
  readonly words: { readonly min: number; readonly max: number }
  run(asked: Asked, operator: Operator): Promise<ExitCode>
}

export interface Asked {
  /** As it was typed, without who, why, and `--yes`. */
  readonly act: string
  readonly words: readonly string[]
  text(option: string): string | null
  has(option: string): boolean
}

/** Says what would happen, unless it was asked for with `--yes`. */
export function isConfirmed(asked: Asked, operator: Operator, would: string): boolean {
  if (asked.has('yes')) return true
  operator.say(would)
  operator.say('Nothing was done. Say it again with --yes to do it.')
  return false
}

/** Of what a command writes. */
export function idsOf({ nowMs, crypto }: Operator): IdSource {
  return { wallMs: nowMs, randomBytes: (length) => crypto.randomBytes(length) }
}
