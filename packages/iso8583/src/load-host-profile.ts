import type { DeferredRules, HostMac, HostProfile } from './host-profile.ts'
import type { Framing, PrivateMark, WireProfile } from './profile.ts'
import { ascii1987 } from './profiles/ascii-1987.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import type { RetryRule } from './retry-rules.ts'
import {
  flag,
  integer,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  type ShapeFault,
  tagged,
  text,
} from './shape.ts'

export type LoadedProfile =
  | { readonly ok: true; readonly profile: HostProfile }
  | { readonly ok: false; readonly faults: readonly ShapeFault[] }

/**
 * A profile out of a file. `wire` names a way of writing fields and says in what this host differs from it; all else
 * must be said in full, so that nobody runs on a default that was not meant. Every fault is named by its path.
 */
export function loadHostProfile(data: unknown): LoadedProfile {
  const faults: ShapeFault[] = []
  const read = fileShape(data, '', faults)
  if (read === undefined || faults.length > 0) return { ok: false, faults }
  const { wire, ...rest } = read
  const profile = { ...rest, wire: wireOf(wire, rest.mac) }
  const contradictions = contradictionsOf(profile)
  return contradictions.length > 0 ? { ok: false, faults: contradictions } : { ok: true, profile }
}

type WireFile = Pick<WireProfile, 'trackSeparator' | 'deferredMark' | 'incrementMark' | 'framing'> & {
  readonly base: 'bcd-binary-1987' | 'ascii-1987'
}
type ProfileFile = Omit<HostProfile, 'wire'> & { readonly wire: WireFile }

const DAY_MS = 86_400_000
const bases = { 'bcd-binary-1987': bcdBinary1987, 'ascii-1987': ascii1987 }

const never = kindOnly('never')
const callIssuer = kindOnly('call_issuer')
const correct = kindOnly('correct')
const resolve = kindOnly('resolve')

const retryShape: Shape<RetryRule> = tagged<RetryRule>('kind', {
  never,
  call_issuer: callIssuer,
  correct,
  resolve,
  later: object<Extract<RetryRule, { kind: 'later' }>>({
    kind: oneOf('later'),
    triesMax: integer(1, 100),
    withinMs: integer(1, 365 * DAY_MS),
    afterMs: integer(0, 365 * DAY_MS),
  }),
  again: object<Extract<RetryRule, { kind: 'again' }>>({
    kind: oneOf('again'),
    triesMax: integer(1, 1_000),
    afterMs: integer(0, DAY_MS),
  }),
})

const markShape = object<PrivateMark>({
  field: oneOf(48, 60, 61, 62, 63),
  value: text(/^[\x20-\x7e]{1,255}$/),
})

const fileShape = object<ProfileFile>({
  name: text(/^[a-z0-9-]{1,40}$/),
  wire: object<WireFile>({
    base: oneOf('bcd-binary-1987', 'ascii-1987'),
    trackSeparator: oneOf('D', '='),
    deferredMark: markShape,
    // A file without it is of a host that takes none.
    incrementMark: optional(markShape),
    framing: object<Framing>({ prefixBytes: oneOf(2, 4), messageBytesMax: integer(256, 65_535) }),
  }),
  settlement: oneOf('host_capture', 'terminal_capture'),
  reversal: oneOf('request', 'advice'),
  mac: tagged<HostMac>('kind', {
    none: object<Extract<HostMac, { kind: 'none' }>>({ kind: oneOf('none') }),
    retail: macShape,
    aes_cmac: macShape,
  }),
  answerTimeoutMs: integer(1_000, 120_000),
  hostDeduplicates: flag,
  hostKnowsRrn: flag,
  repeatsMax: integer(0, 100),
  deferred: object<DeferredRules>({
    ageMaxMs: integer(60_000, 30 * DAY_MS),
    warnAfterMs: integer(60_000, 30 * DAY_MS),
  }),
  adviceTriesMax: integer(1, 1_000),
  partialApprovals: flag,
  captureWithinMs: integer(3_600_000, 31 * DAY_MS),
  tipPercentMax: integer(0, 100),
  retry: record(/^[0-9A-Z]{2}$/, retryShape),
})

function wireOf({ base, ...own }: WireFile, mac: HostMac): WireProfile {
  const { incrementMark: _ofTheBase, ...writing } = bases[base]
  return { ...writing, ...own, mac: mac.kind === 'none' ? 'none' : 'required' }
}

function contradictionsOf(profile: HostProfile): ShapeFault[] {
  const wrong: ShapeFault[] = []
  const { hostDeduplicates, hostKnowsRrn, repeatsMax, deferred, wire } = profile
  // A repeat to a host that does not know it again is a second sale.
  if (!hostDeduplicates && repeatsMax > 0) wrong.push({ path: 'repeatsMax', code: 'contradiction' })
  if (hostKnowsRrn && !hostDeduplicates) wrong.push({ path: 'hostKnowsRrn', code: 'contradiction' })
  if (hostDeduplicates && repeatsMax === 0) wrong.push({ path: 'repeatsMax', code: 'contradiction' })
  if (deferred.warnAfterMs > deferred.ageMaxMs) {
    wrong.push({ path: 'deferred.warnAfterMs', code: 'contradiction' })
  }
  const { deferredMark, incrementMark } = wire
  const isSameMark = incrementMark?.field === deferredMark.field && incrementMark.value === deferredMark.value
  // DE62 names the sale that more is held for.
  if (isSameMark || incrementMark?.field === 62) {
    wrong.push({ path: 'wire.incrementMark', code: 'contradiction' })
  }
  // Packed digits have a nibble for the separator D and none for "=".
  if (wire.digits === 'bcd' && wire.trackSeparator === '=') {
    wrong.push({ path: 'wire.trackSeparator', code: 'contradiction' })
  }
  return wrong
}

function macShape(value: unknown, path: string, faults: ShapeFault[]): HostMac | undefined {
  return object<Exclude<HostMac, { kind: 'none' }>>({
    kind: oneOf('retail', 'aes_cmac'),
    keys: oneOf('fixed', 'key_change'),
  })(value, path, faults)
}

function kindOnly<const Kind extends 'never' | 'call_issuer' | 'correct' | 'resolve'>(
  kind: Kind,
): Shape<{ readonly kind: Kind }> {
  return object<{ readonly kind: Kind }>({ kind: oneOf(kind) })
}
