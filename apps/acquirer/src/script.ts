/** Which messages a rule is for; what is left out matches all. */
export type ScriptMatch = {
  /** A name of the card table. */
  readonly card?: string
  readonly amountMinor?: number
  /** The rule is used up after this many messages; without it, it stays until the script is cleared. */
  readonly next?: number
  /** Authorisation requests where left out. */
  readonly message?: 'authorisation' | 'reversal'
}

export type ScriptAction =
  /** The issuer's decision; a repeat still gets the first answer. Of a reversal: the answer, nothing reversed. */
  | { readonly responseCode: string; readonly approvedMinor?: number }
  /** `before`: as if it never arrived. `after`: decided and written down, never answered. */
  | { readonly drop: 'before' | 'after' }
  | { readonly delayMs: number }
  | { readonly duplicate: true }
  /** Decided and written down; the connection breaks in the middle of the answer. */
  | { readonly cut: true }

export type ScriptRule = { readonly match: ScriptMatch; readonly do: ScriptAction }

export type ScriptedMessage = {
  readonly message: 'authorisation' | 'reversal'
  readonly card: string | undefined
  readonly amountMinor: number
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

function matches({ match, do: action }: ScriptRule, message: ScriptedMessage): boolean {
  if ((match.message ?? 'authorisation') !== message.message) return false
  if (match.card !== undefined && match.card !== message.card) return false
  if (match.amountMinor !== undefined && match.amountMinor !== message.amountMinor) return false
  return !(message.known && 'responseCode' in action)
}
