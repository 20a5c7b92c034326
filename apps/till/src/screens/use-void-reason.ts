import { type TillKey, tillMessages, useTill } from '../messages/index.ts'

/** Why a payment was voided, in words; a reason from a newer program reads as it is. */
export function useVoidReason(): (reason: string) => string {
  const t = useTill()
  return (reason) => {
    const key = `void_reason.${reason}`
    return isTillKey(key) ? t(key) : reason
  }
}

function isTillKey(text: string): text is TillKey {
  return Object.hasOwn(tillMessages.en, text)
}
