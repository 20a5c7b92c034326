import type { NetworkAnswer } from '../network.ts'

/**
 * `internet`: nothing answers, or a portal in the gateway's place. `service`: the internet answers and the gateway does
 * not. `acquirer`: the gateway answers, and says that no issuer can be asked.
 */
export type Outage = 'internet' | 'service' | 'acquirer'

/**
 * Which of the two outages it is, by the last answer that was not the gateway's and by whether anything else answers.
 * `elsewhere` is null while that is not known: then it is a guess.
 */
export function outageOf(
  answer: NetworkAnswer | null,
  elsewhere: boolean | null,
): Exclude<Outage, 'acquirer'> {
  // Somebody answers in the gateway's name and is not it: a captive portal, whatever else it lets through.
  if (answer !== null && answer.reached && isPortal(answer.status)) return 'internet'
  if (elsewhere !== null) return elsewhere ? 'service' : 'internet'
  // Who answers with an error of its own is there.
  return answer !== null && answer.reached ? 'service' : 'internet'
}

/** A page instead of the answer, a redirect to one, or 511 (RFC 6585 §6). */
function isPortal(status: number): boolean {
  return (status >= 200 && status < 400) || status === 511
}
