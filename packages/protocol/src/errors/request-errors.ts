import { type ErrorEntry, refusal } from './error-entry.ts'

/** Requests that are not understood, not allowed or not answered now, whatever they ask for. */
export const requestErrors = {
  // Device API.
  request_malformed: refusal('The request does not fit the specification.', 400),
  request_too_large: refusal('The request is larger than allowed. Send fewer records at once.', 413),
  device_unknown: refusal('The device is not known or has been revoked.', 401),
  device_signature_invalid: refusal('The signature of the request does not fit its device.', 401),
  enrolment_code_invalid: refusal('The device code is wrong, used or expired. Ask for a new one.', 400),
  not_found: refusal('There is nothing with this id.', 404),
  method_not_allowed: refusal('This method is not allowed here.', 405),
  rate_limited: {
    status: 429,
    retryable: true,
    message: 'Too many requests. Wait as long as Retry-After says.',
  },
  service_unavailable: {
    status: 503,
    retryable: true,
    message: 'The gateway cannot do this now. Try again.',
  },
  internal_error: {
    status: 500,
    retryable: true,
    message: 'We are down or at fault. The outcome is unknown: keep and retry.',
  },

  // Merchant API.
  api_key_missing: refusal('No API key was given. Send it as a bearer token.', 401),
  api_key_invalid: refusal('The API key is not known.', 401),
  permission_missing: refusal(
    'The API key may not do this. Give it the permission, or use another key.',
    403,
  ),
  idempotency_key_in_use: {
    status: 409,
    retryable: true,
    message: 'Another request with this idempotency key is still under way. Send the same one again.',
  },
  idempotency_key_other_request: refusal(
    'This idempotency key belongs to another request. Use a new key for a new request.',
    400,
  ),
  state_unfit: refusal('The object is in a state in which this cannot be done.', 400),
  livemode_mismatch: refusal('A test key was used for a live object, or the other way round.', 403),
  resource_missing: refusal('There is no such object in this account.', 404),
  parameter_unknown: refusal('The request has a parameter that this call does not know.', 400),
  parameter_invalid: refusal('A parameter has a value that this call cannot take.', 400),
} as const satisfies Record<string, ErrorEntry>
