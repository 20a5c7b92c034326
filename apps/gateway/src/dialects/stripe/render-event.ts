import type { Mode } from '@holdfast/protocol'

/** The version of Stripe's API whose shapes these are. */
const API_VERSION = '2026-10-28.endive'

export interface EventView {
  readonly event: string
  readonly type: string
  readonly mode: Mode
  readonly createdMs: number
  readonly snapshot: unknown
  readonly previousAttributes: unknown
  readonly pendingWebhooks: number
}

/** As endpoints and `/v1/events` get it: the same in every delivery, but for how many are still pending. */
export function renderEvent(view: EventView, apiVersion: string | null = null) {
  return {
    id: view.event,
    object: 'event',
    api_version: apiVersion ?? API_VERSION,
    created: Math.floor(view.createdMs / 1_000),
    data: {
      object: view.snapshot,
      ...(view.previousAttributes === null ? {} : { previous_attributes: view.previousAttributes }),
    },
    livemode: view.mode === 'live',
    pending_webhooks: view.pendingWebhooks,
    request: { id: null, idempotency_key: null },
    type: view.type,
  }
}
