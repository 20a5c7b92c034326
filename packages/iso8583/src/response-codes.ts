/**
 * What the gateway does with an answer:
 * - `approved`: an approval, perhaps of a part;
 * - `declined`: final for this attempt and never sent again by itself;
 * - `retry_later`: nobody decided; the same sale may be asked again by itself, with a new STAN;
 * - `unknown`: the host does not know what became of it; repeat or reverse, as after no answer.
 */
export type ResponseClass = 'approved' | 'declined' | 'retry_later' | 'unknown'

export type ResponseCodeFact = {
  readonly meaning: string
  readonly class: ResponseClass
  /** Advice for people: could the same card be approved at another time? It never starts a retry by itself. */
  readonly retryable: boolean
  /** Who said it. */
  readonly who: 'issuer' | 'acquirer'
  /** Shown to the merchant's staff only; the payer reads "declined". */
  readonly sensitive: boolean
}

/** DE39. A code that is not in the table is kept as it came: it answers, and it does not approve. */
export function responseCode(code: string): ResponseCodeFact {
  return (
    (Object.hasOwn(RESPONSE_CODES, code) ? RESPONSE_CODES[code] : undefined) ??
    declined('Declined with a code that is not in our table')
  )
}

export const RESPONSE_CODES: { readonly [code: string]: ResponseCodeFact } = {
  '00': approved('Approved'),
  '01': declined('Call the issuer for a voice authorisation', 'retryable'),
  '02': declined('Call the issuer, special condition'),
  '03': declined('Merchant not known to the acquirer', 'by_acquirer'),
  '04': declined('Keep the card', 'sensitive'),
  '05': declined('Do not honour'),
  '06': declined('Error at the issuer'),
  '07': declined('Keep the card, special condition', 'sensitive'),
  '08': approved('Approved, check the identity'),
  '10': approved('Approved for a part of the amount'),
  '11': approved('Approved, preferred customer'),
  '12': declined('Transaction not valid'),
  '13': declined('Amount not valid'),
  '14': declined('Card number not valid'),
  '15': declined('Issuer does not exist', 'by_acquirer'),
  '17': declined('Cancelled by the customer'),
  '19': retryLater('Enter the transaction again', 'acquirer'),
  '1A': declined('Strong customer authentication needed', 'retryable'),
  '21': declined('No action taken'),
  '25': declined('Original not found', 'by_acquirer'),
  '30': declined('Format error', 'by_acquirer'),
  '33': declined('Expired card, keep it', 'sensitive'),
  '34': declined('Fraud suspected, keep the card', 'sensitive'),
  '36': declined('Restricted card, keep it', 'sensitive'),
  '38': declined('PIN tries exceeded, keep the card', 'sensitive'),
  '39': declined('No credit account'),
  '41': declined('Lost card', 'sensitive'),
  '43': declined('Stolen card', 'sensitive'),
  '51': declined('Not sufficient funds', 'retryable'),
  '52': declined('No current account'),
  '53': declined('No savings account'),
  '54': declined('Expired card'),
  '55': declined('Wrong PIN', 'retryable'),
  '57': declined('Not permitted to this card'),
  '58': declined('Not permitted to this terminal', 'by_acquirer'),
  '59': declined('Fraud suspected', 'sensitive'),
  '61': declined('Above the amount limit', 'retryable'),
  '62': declined('Restricted card'),
  '63': declined('Security violation', 'sensitive'),
  '65': declined('Too many uses, or the card must be inserted', 'retryable'),
  '68': unknown('Answer received too late'),
  '70': declined('PIN needed', 'retryable'),
  '75': declined('PIN tries exceeded'),
  '78': declined('Card blocked or not yet active'),
  '82': declined('Card verification failed'),
  '85': approved('No reason to decline'),
  '90': retryLater('Cut-off in progress', 'acquirer'),
  '91': retryLater('Issuer not available', 'issuer'),
  '92': retryLater('No route to the issuer', 'acquirer'),
  '93': declined('Against the law'),
  '94': unknown('Duplicate transmission'),
  '96': retryLater('System malfunction', 'acquirer'),
}

type Trait = 'retryable' | 'sensitive' | 'by_acquirer'

function declined(meaning: string, ...traits: readonly Trait[]): ResponseCodeFact {
  return {
    meaning,
    class: 'declined',
    retryable: traits.includes('retryable'),
    who: traits.includes('by_acquirer') ? 'acquirer' : 'issuer',
    sensitive: traits.includes('sensitive'),
  }
}

function approved(meaning: string): ResponseCodeFact {
  return { meaning, class: 'approved', retryable: false, who: 'issuer', sensitive: false }
}

function retryLater(meaning: string, who: 'issuer' | 'acquirer'): ResponseCodeFact {
  return { meaning, class: 'retry_later', retryable: true, who, sensitive: false }
}

function unknown(meaning: string): ResponseCodeFact {
  return { meaning, class: 'unknown', retryable: false, who: 'acquirer', sensitive: false }
}
