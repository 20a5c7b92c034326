import { findEvents, type PublishedEvent } from '../../events/event-queries.ts'
import { API_VERSION } from './api-version.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'

export const eventKind: ObjectKind = {
  async render(db, scope, ids) {
    const events = await findEvents(db, scope, ids)
    return new Map(events.map((event) => [event.event, renderEvent(event)]))
  },
  expandable: {},
}

/** As endpoints and `/v1/events` get it: the same in every delivery, but for how many are still pending. */
export function renderEvent(view: PublishedEvent, apiVersion: string | null = null): StripeObject {
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
    request: { id: view.request, idempotency_key: view.idempotencyKey },
    type: view.type,
  }
}
