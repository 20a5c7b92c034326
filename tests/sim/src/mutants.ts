/**
 * Deliberate bugs, one of each class that payment software is known to have, put in at the ports that the world hands in
 * and never in the code of the product. Each must be noticed by the oracle that is there for it: a simulation that does
 * not find them shows nothing.
 */
export const mutants = {
  disk_lies: {
    says: 'a disk that says "written" and keeps it in a cache',
    noticedBy: /^shown as |^the audit is clean: |^everything drains|^no program meets/,
    circumstances: 'usual',
  },
  database_lies: {
    says: 'a database that loses what it has committed',
    noticedBy: /^shown as |^the audit is clean: |^everything drains|^what a till takes for delivered/,
    circumstances: 'usual',
  },
  host_forgets_repeats: {
    says: 'an acquirer that takes a repeat for another payment',
    noticedBy: /^one basket is charged once: /,
    circumstances: 'usual',
  },
  any_signature_is_believed: {
    says: 'a till that believes any signature',
    noticedBy: /^shown as |^the audit is clean: |^what a till takes for delivered/,
    circumstances: 'forgers',
  },
  removes_before_it_sends: {
    says: 'a till that marks a record as delivered when it sends it',
    noticedBy: /^what a till takes for delivered is with the gateway: /,
    circumstances: 'usual',
  },
  dedupes_by_time: {
    says: 'a gateway that takes the same amount within a minute for a repeat',
    noticedBy: /^each accepted sale is a payment of its own at the gateway: /,
    circumstances: 'usual',
  },
  limits_checked_outside_the_append: {
    says: 'two tabs that check the limits before the append and not in it',
    noticedBy: /^the limits of the lease hold: /,
    circumstances: 'two_tabs_near_the_limit',
  },
  trusts_any_200: {
    says: 'a till that takes any 200, such as the page of a captive portal, for a verdict',
    noticedBy: /^what a till takes for delivered is with the gateway: /,
    circumstances: 'usual',
  },
  no_trace_of_the_online_attempt: {
    says: 'a till that asks the issuer before it has written that it does',
    noticedBy: /^nothing is asked online without a trace on the disk: /,
    circumstances: 'usual',
  },
  asks_anew_after_a_restore: {
    says: 'a gateway that after a restore asks the issuer anew and not under the same RRN',
    noticedBy: /^the audit is clean: (acquirer_unknown|approved_twice)/,
    circumstances: 'gateway_restored',
  },
  skips_locked_without_an_owner: {
    says: 'two authorisers that send over one link, with no owner and no fence',
    noticedBy: /^only the owner of a link sends over it: /,
    circumstances: 'two_gateways',
  },
  void_outrun_by_its_payment: {
    says: 'a gateway that asks the issuer while the void of the sale is announced and on its way',
    noticedBy: /^nothing is asked that an announced void takes back: /,
    circumstances: 'usual',
  },
  late_decline_stored_over: {
    says: 'a gateway that asks again because the till has stored the sale over a decline that came late',
    noticedBy: /^a decline is final for its card: /,
    circumstances: 'usual',
  },
  reverses_a_decline: {
    says: 'an authoriser that sends a reversal after every answer that is no approval',
    noticedBy: /^the audit is clean: declined_reversed/,
    circumstances: 'usual',
  },
  exposure_released_by_upload: {
    says: 'a till that frees the offline limits when a record is uploaded and not at its outcome',
    noticedBy: /^the exposure is what is stored: /,
    circumstances: 'usual',
  },
} as const satisfies Record<string, MutantFacts>

export type Mutant = keyof typeof mutants

interface MutantFacts {
  readonly says: string
  /** The promise whose breach names this class, and what it says of it. */
  readonly noticedBy: RegExp
  readonly circumstances: Circumstances
}

/** What a day must hold for a class of bug to show; a program without the bug keeps its promises in it too. */
export type Circumstances =
  | 'usual'
  | 'forgers'
  | 'two_tabs_near_the_limit'
  | 'two_gateways'
  | 'gateway_restored'
