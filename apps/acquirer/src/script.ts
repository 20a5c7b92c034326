/** Which messages a rule is for; what is left out matches all. */
export type ScriptMatch = {
  /** A name of the card table. */
  readonly card?: string
  readonly amountMinor?: number
  /** Of an authorisation request: true for stored sales (a late decline), false for those asked at once. */
  readonly deferred?: boolean
  /** The rule is used up after this many messages; without it, it stays until the script is cleared. */
  readonly next?: number
  /** Authorisation requests (0100, 0200) where left out. */
  readonly message?: ScriptedMessage['message']
}

/** What is decided, and what then happens to the answer. Everything is journalled unless it is dropped before. */
export type ScriptAction = {
  /** The issuer's decision; a repeat still gets the first answer. Of a reversal or advice: the answer, nothing done. */
  readonly responseCode?: string
  /** With an approving code: the part that is approved. */
  readonly approvedMinor?: number
  /** `before`: as if it never arrived. `after`: decided and written down, never answered. */
  readonly drop?: 'before' | 'after'
  /** Held back until the next message of that terminal is answered, and sent just before that answer. */
  readonly lateAnswer?: true
  /** The connection breaks in the answer: after so many bytes of its frame, or in the middle. */
  readonly cut?: true | { readonly afterBytes: number }
  readonly delayMs?: number
  readonly duplicate?: true
  /** A frame with a MAC that is not of this message; only where the profile has MACs. */
  readonly wrongMac?: true
  /** A frame that holds no message. */
  readonly garbage?: true
}

export type ScriptRule = { readonly match: ScriptMatch; readonly do: ScriptAction }

export type ScriptedMessage = {
  readonly message: 'authorisation' | 'increment' | 'refund' | 'advice' | 'reversal' | 'batch' | 'network'
  readonly card: string | undefined
  readonly amountMinor: number
  /** Only an authorisation request can be. */
  readonly deferred?: boolean
  /** The host answers this from memory: no decision is taken, so none can be scripted. */
  readonly known: boolean
}

/** Faults on demand, in the order given: the first rule that matches a message acts on it, alone. */
export class Script {
  #rules: { readonly rule: ScriptRule; left: number }[] = []

  add(rule: ScriptRule): void {
    this.#rules.push({ rule, left: rule.match.next ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.#rules = []
  }

  rules(): ScriptRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** The action for this message; counts it against the rule. */
  take(message: ScriptedMessage): ScriptAction | undefined {
    const found = this.#rules.find(({ rule }) => matches(rule, message))
    if (found === undefined) return undefined
    found.left -= 1
    if (found.left <= 0) this.#rules = this.#rules.filter((other) => other !== found)
    return found.rule.do
  }
}

/** The one field that makes no sense with the others; undefined when all do. */
export function scriptContradiction({ match, do: action }: ScriptRule): string | undefined {
  const { drop, lateAnswer, cut, delayMs, duplicate, wrongMac, garbage } = action
  const fates = { 'do.drop': drop, 'do.lateAnswer': lateAnswer, 'do.cut': cut, 'do.garbage': garbage }
  const given = Object.entries(fates).filter(([, value]) => value !== undefined)
  const [, second] = given
  if (second !== undefined) return second[0]
  // What never arrives as a whole has no time, no copies and no MAC.
  const isWhole = given.length === 0
  if (!isWhole && delayMs !== undefined && garbage === undefined) return 'do.delayMs'
  if (!isWhole && duplicate !== undefined) return 'do.duplicate'
  if (!isWhole && wrongMac !== undefined) return 'do.wrongMac'
  if (action.approvedMinor !== undefined && action.responseCode === undefined) return 'do.approvedMinor'
  if (
    (match.message === 'network' || match.message === 'batch') &&
    (match.card ?? match.amountMinor) !== undefined
  )
    return 'match.message'
  if (match.deferred !== undefined && (match.message ?? 'authorisation') !== 'authorisation')
    return 'match.deferred'
  return undefined
}

function matches({ match, do: action }: ScriptRule, message: ScriptedMessage): boolean {
  if ((match.message ?? 'authorisation') !== message.message) return false
  if (match.card !== undefined && match.card !== message.card) return false
  if (match.amountMinor !== undefined && match.amountMinor !== message.amountMinor) return false
  if (match.deferred !== undefined && match.deferred !== message.deferred) return false
  return !(message.known && action.responseCode !== undefined)
}
