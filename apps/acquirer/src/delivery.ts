import type { Iso8583Message } from '@holdfast/iso8583'

import type { ScriptAction } from './script.ts'

export type HostReply =
  /** Answer after `delayMs`, `copies` times. */
  | {
      readonly kind: 'answer'
      readonly message: Iso8583Message
      readonly delayMs: number
      readonly copies: number
      /** Answers that were held back and go first. */
      readonly late?: readonly Iso8583Message[]
      readonly damage?: 'wrong_mac' | 'garbage'
    }
  /** Begin the answer and break the connection, in the middle where no number of bytes is said. */
  | { readonly kind: 'cut'; readonly message: Iso8583Message; readonly afterBytes?: number }
  | { readonly kind: 'silence'; readonly why: 'dropped' | 'held_back' | 'message_not_supported' }

export const DROPPED: HostReply = { kind: 'silence', why: 'dropped' }

export function plainAnswer(message: Iso8583Message): HostReply {
  return { kind: 'answer', message, delayMs: 0, copies: 1 }
}

/** What becomes of an answer on its way: as the script says, and behind those that are held back for its terminal. */
export function createDelivery(): (message: Iso8583Message, action: ScriptAction | undefined) => HostReply {
  const heldBack = new Map<string, Iso8583Message[]>()

  return (message, action) => {
    if (action?.drop === 'after') return DROPPED
    const terminal = message.fields[41] ?? ''
    if (action?.lateAnswer === true) {
      heldBack.set(terminal, [...(heldBack.get(terminal) ?? []), message])
      return { kind: 'silence', why: 'held_back' }
    }
    if (action?.cut !== undefined) return { kind: 'cut', message, ...(action.cut === true ? {} : action.cut) }
    const late = heldBack.get(terminal)
    heldBack.delete(terminal)
    return {
      kind: 'answer',
      message,
      delayMs: action?.delayMs ?? 0,
      copies: action?.duplicate === true ? 2 : 1,
      ...(late === undefined ? {} : { late }),
      ...(action?.wrongMac === true ? { damage: 'wrong_mac' } : {}),
      ...(action?.garbage === true ? { damage: 'garbage' } : {}),
    }
  }
}
