import { type ErrorCode, errorTable } from '@holdfast/protocol'

/** An expected refusal in Stripe's words. `code` is ours and gives status and documentation; `stripeCode` is theirs. */
export interface StripeRefusal {
  readonly code: ErrorCode
  readonly stripeCode?: string
  readonly message: string
  readonly param?: string
}

export interface StripeAnswer {
  readonly status: number
  readonly body: unknown
}

/** The one renderer of errors. Older clients choose their error class by `type`, newer ones by status: both are right. */
export function stripeError(refusal: StripeRefusal): StripeAnswer {
  const { code, stripeCode, message, param } = refusal
  const { status } = errorTable[code]
  const error = {
    type: status >= 500 ? 'api_error' : 'invalid_request_error',
    ...(stripeCode === undefined ? {} : { code: stripeCode }),
    message,
    ...(param === undefined ? {} : { param }),
    doc_url: `/docs/errors#${code}`,
  }
  return { status, body: { error } }
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
  const shown = key.length > 16 ? `${key.slice(0, 8)}…${key.slice(-4)}` : '…'
  return { code: 'api_key_invalid', message: `Invalid API Key provided: ${shown}` }
}

export function secretKeyRequired(): StripeRefusal {
  return {
    code: 'api_key_invalid',
    stripeCode: 'secret_key_required',
    message: 'This call cannot be made with a publishable API key. Use a secret key, on a server.',
  }
}

export function noSuch(noun: 'payment_intent' | 'charge', id: string, param = 'id'): StripeRefusal {
  return {
    code: param === 'id' || param === 'intent' ? 'resource_missing' : 'parameter_invalid',
    stripeCode: 'resource_missing',
    message: `No such ${noun}: '${id}'`,
    param,
  }
}

/** The object is there, in the other mode of the same account. */
export function otherMode(
  noun: 'payment_intent' | 'charge',
  id: string,
  param: string,
  mode: string,
): StripeRefusal {
  const [has, used] = mode === 'test' ? ['live', 'test'] : ['test', 'live']
  return {
    ...noSuch(noun, id, param),
    message: `No such ${noun}: '${id}'; it exists in ${has} mode, but a ${used} mode key was used to make this request.`,
  }
}

export function unknownParameter(name: string): StripeRefusal {
  return {
    code: 'parameter_unknown',
    stripeCode: 'parameter_unknown',
    message: `Received unknown parameter: ${name}`,
    param: name,
  }
}

export function invalidInteger(param: string, value: string): StripeRefusal {
  return {
    code: 'parameter_invalid',
    stripeCode: 'parameter_invalid_integer',
    message: `Invalid integer: ${value}`,
    param,
  }
}

export function invalidParameter(param: string, message: string): StripeRefusal {
  return { code: 'parameter_invalid', message, param }
}

export function unrecognisedUrl(method: string, path: string): StripeRefusal {
  return {
    code: 'not_found',
    message: `Unrecognized request URL (${method}: ${path}). Holdfast reads PaymentIntents and Charges here; see /docs.`,
  }
}
