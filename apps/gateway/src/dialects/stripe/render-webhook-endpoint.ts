import { findWebhookEndpoints, type WebhookEndpoint } from '../../webhooks/webhook-endpoints.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'

export const webhookEndpointKind: ObjectKind = {
  async render(db, scope, ids) {
    const endpoints = await findWebhookEndpoints(db, scope, ids)
    return new Map(endpoints.map((endpoint) => [endpoint.endpoint, renderWebhookEndpoint(endpoint)]))
  },
  expandable: {},
}

/** `disabled_because` exists only here. */
function renderWebhookEndpoint(endpoint: WebhookEndpoint): StripeObject {
  return {
    id: endpoint.endpoint,
    object: 'webhook_endpoint',
    api_version: endpoint.apiVersion,
    application: null,
    created: Math.floor(endpoint.createdMs / 1_000),
    description: endpoint.description,
    disabled_because: endpoint.disabledBecause,
    enabled_events: endpoint.enabledEvents,
    livemode: endpoint.mode === 'live',
    metadata: endpoint.metadata,
    status: endpoint.status,
    url: endpoint.url,
  }
}
