/** The version of Stripe's API whose shapes `/v1` and events have. */
export const API_VERSION = '2023-08-16'
