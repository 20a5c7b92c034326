import { type Currency, isCurrency } from '@holdfast/core'
import { type ServiceNotice, serviceNotices } from '@holdfast/protocol'
import { isLanguage, type Language } from '@holdfast/ui'

/** Small things this browser remembers for the till. Never a payment: those are in the journal. */
export interface Preferences {
  readonly language: () => Language | null
  readonly rememberLanguage: (language: Language) => void
  readonly currency: () => Currency | null
  readonly rememberCurrency: (currency: Currency) => void
  readonly forcedOffline: () => boolean
  readonly rememberForcedOffline: (forced: boolean) => void
  /** The sale that is on the screen, to tell after a crash what became of it. */
  readonly openSale: () => string | null
  readonly rememberOpenSale: (paymentId: string | null) => void
  /** What the operator of the gateway announced: it explains an outage that the till was started in. */
  readonly serviceNotices: () => readonly ServiceNotice[]
  readonly rememberServiceNotices: (notices: readonly ServiceNotice[]) => void
}

export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export function createPreferences(storage: PreferenceStorage): Preferences {
  const read = (key: string): string | null => quietly(() => storage.getItem(`holdfast.${key}`))
  function write(key: string, value: string | null): void {
    quietly(() => {
      if (value === null) storage.removeItem(`holdfast.${key}`)
      else storage.setItem(`holdfast.${key}`, value)
      return null
    })
  }
  return {
    language() {
      const text = read('language')
      return text !== null && isLanguage(text) ? text : null
    },
    rememberLanguage: (language) => write('language', language),
    currency() {
      const text = read('currency')
      return text !== null && isCurrency(text) ? text : null
    },
    rememberCurrency: (currency) => write('currency', currency),
    forcedOffline: () => read('forced-offline') === 'yes',
    rememberForcedOffline: (forced) => write('forced-offline', forced ? 'yes' : null),
    openSale: () => read('open-sale'),
    rememberOpenSale: (paymentId) => write('open-sale', paymentId),
    serviceNotices: () => parseNotices(read('service-notices')),
    rememberServiceNotices(notices) {
      write('service-notices', notices.length === 0 ? null : JSON.stringify({ notices }))
    },
  }
}

/** A browser may forbid or fill up this storage; the till then forgets its language and goes on selling. */
function quietly(task: () => string | null): string | null {
  try {
    return task()
  } catch {
    return null
  }
}

/** What an older till has kept may be of another form; it is heard again at the next contact. */
function parseNotices(text: string | null): readonly ServiceNotice[] {
  try {
    const parsed = serviceNotices.safeParse(JSON.parse(text ?? ''))
    return parsed.success ? parsed.data.notices : []
  } catch {
    return []
  }
}
