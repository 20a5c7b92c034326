import { type ErrorCode, errorTable } from '@holdfast/protocol'

/** An expected refusal in Stripe's words. `code` is ours and gives status and documentation; `stripeCode` is theirs. */
export interface StripeRefusal {
  readonly code: ErrorCode
  readonly stripeCode?: string
  readonly message: string
  readonly param?: string | undefined
  /** For a card that was declined: what the issuer's answer means. */
  readonly declineCode?: string
  /** By id; the answer shows it whole, as it is now. */
  readonly paymentIntent?: string
}

export interface StripeAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * The one renderer of errors. Older clients choose their error class by `type`, newer ones by status: both are right.
 * `about` are the whole objects that belong to the error. There is no `request_log_url`: what became of a request is in
 * the gateway's log, by the `Request-Id` of its answer.
 */
export function stripeError(
  refusal: StripeRefusal,
  gatewayUrl: string,
  about: Readonly<Record<string, unknown>> = {},
): StripeAnswer {
  const { code, stripeCode, message, param, declineCode } = refusal
  const { status } = errorTable[code]
  const error = {
    type: typeOf(code, status),
    ...(stripeCode === undefined ? {} : { code: stripeCode }),
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    message,
    ...(param === undefined ? {} : { param }),
    doc_url: `${gatewayUrl}/docs/errors#${code}`,
    ...about,
  }
  return { status, body: { error } }
}

function typeOf(code: ErrorCode, status: number): string {
  if (status >= 500) return 'api_error'
  if (status === 402) return 'card_error'
  return code === 'idempotency_key_other_request' ? 'idempotency_error' : 'invalid_request_error'
}

/** What Stripe says of a payment that is in no state for what was asked. */
export function paymentIntentUnfit(paymentIntent: string, message: string): StripeRefusal {
  return { code: 'state_unfit', stripeCode: 'payment_intent_unexpected_state', message, paymentIntent }
}

/** Stripe says so of what is being changed at this moment. */
export function incrementInFlight(): StripeRefusal {
  const code = 'increment_in_flight'
  return { code, stripeCode: 'lock_timeout', message: errorTable[code].message }
}

export function keyMissing(): StripeRefusal {
  return {
    code: 'api_key_missing',
    message:
      "You did not provide an API key. Send your secret key as a bearer token ('Authorization: Bearer sk_test_…'), or as the user name of HTTP Basic with an empty password.",
  }
}

/** Only what tells keys apart is repeated, for the answer may end in a log. */
export function keyInvalid(key: string): StripeRefusal {
  return { code: 'api_key_invalid', message: `Invalid API Key provided: ${shownKey(key)}` }
}

export function keyRevoked(key: string): StripeRefusal {
  return {
    code: 'api_key_invalid',
    stripeCode: 'api_key_expired',
    message: `Expired API Key provided: ${shownKey(key)}. It was revoked; use another one.`,
  }
}

export function secretKeyRequired(): StripeRefusal {
  return {
    code: 'api_key_invalid',
    stripeCode: 'secret_key_required',
    message: 'This call cannot be made with a publishable API key. Use a secret key, on a server.',
  }
}

/** `permission` as Stripe names it: `rak_customer_write`. */
export function permissionMissing(key: string, account: string, permission: string): StripeRefusal {
  return {
    code: 'permission_missing',
    message: `The provided key '${shownKey(key)}' does not have the required permissions for this endpoint on account '${account}'. Having the '${permission}' permission would allow this request to continue.`,
  }
}

export function accountInvalid(account: string): StripeRefusal {
  return {
    code: 'permission_missing',
    stripeCode: 'account_invalid',
    message: `The provided key does not have access to account '${account}' (or that account does not exist).`,
  }
}

export function rateLimited(): StripeRefusal {
  return {
    code: 'rate_limited',
    stripeCode: 'rate_limit',
    message: 'Request rate limit exceeded. Wait as long as Retry-After says, and send requests more evenly.',
  }
}

/** `object` as `object` says it; `param` is where it was named. */
export function noSuch(object: string, id: string, param = 'id'): StripeRefusal {
  return {
    code: param === 'id' || param === 'intent' ? 'resource_missing' : 'parameter_invalid',
    stripeCode: 'resource_missing',
    message: `No such ${object}: '${id}'`,
    param,
  }
}

/** The object is there, in the other mode of the same account. */
export function otherMode(object: string, id: string, param: string, mode: 'test' | 'live'): StripeRefusal {
  const [has, used] = mode === 'test' ? ['live', 'test'] : ['test', 'live']
  return {
    ...noSuch(object, id, param),
    message: `No such ${object}: '${id}'; a similar object exists in ${has} mode, but a ${used} mode key was used to make this request.`,
  }
}

export function unknownParameters(names: readonly string[]): StripeRefusal {
  const [first = ''] = names
  return {
    code: 'parameter_unknown',
    stripeCode: 'parameter_unknown',
    message: `Received unknown parameter${names.length === 1 ? '' : 's'}: ${names.join(', ')}`,
    param: first,
  }
}

export function parameterMissing(param: string): StripeRefusal {
  return {
    code: 'parameter_invalid',
    stripeCode: 'parameter_missing',
    message: `Missing required param: ${param}.`,
    param,
  }
}

export function invalidParameter(param: string | undefined, message: string): StripeRefusal {
  return { code: 'parameter_invalid', message, param }
}

export function idempotencyKeyTooLong(): StripeRefusal {
  return {
    code: 'parameter_invalid',
    message: 'Idempotency keys are at most 255 characters long.',
    param: 'Idempotency-Key',
  }
}

export function idempotencyKeyInUse(key: string): StripeRefusal {
  return {
    code: 'idempotency_key_in_use',
    stripeCode: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  }
}

export function idempotencyKeyOtherRequest(key: string): StripeRefusal {
  return {
    code: 'idempotency_key_other_request',
    message: `Keys for idempotent requests can only be used with the same endpoint and parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  }
}

export function unrecognisedUrl({ method, url }: Record<'method' | 'url', string>): StripeRefusal {
  return {
    code: 'not_found',
    message: `Unrecognized request URL (${method}: ${url.split('?', 1)[0]}). See docs/reference/stripe.md for what Holdfast answers.`,
  }
}

function shownKey(key: string): string {
  return key.length > 16 ? `${key.slice(0, 8)}…${key.slice(-4)}` : '…'
}
