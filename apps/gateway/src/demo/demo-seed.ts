import type { Pool } from 'pg'
import { storeApiKey } from '../api-keys/api-keys.ts'
import { transaction } from '../database/transaction.ts'
import { defaultOfflineTerms } from '../devices/default-offline-terms.ts'
import type { LeaseTerms } from '../devices/make-lease.ts'
import { acceptOfflineLiability, LIABILITY_TEXT_VERSION } from '../devices/offline-liability.ts'
import type { SecretKeeper } from '../webhooks/webhook-secret.ts'

export interface DemoFacts {
  readonly account: string
  readonly location: string
  readonly keys: { readonly secret: string; readonly publishable: string }
  /** Switched off until it is given an address where somebody listens. */
  readonly webhook: { readonly endpoint: string; readonly secret: string }
}

/** Readable, public and of test mode only: whoever runs a demo may hand them round. */
const demo: DemoFacts = {
  account: 'acct_HoldfastDemoAccount00001',
  location: 'loc_HoldfastDemoQuayStreet01',
  keys: {
    secret: 'sk_test_holdfast_demo_secret_key_000001',
    publishable: 'pk_test_holdfast_demo_public_key_000001',
  },
  webhook: {
    endpoint: 'we_HoldfastDemoWebhooks000001',
    secret: `whsec_${Buffer.from('holdfast-demo-webhook-secret-001').toString('base64')}`,
  },
}

/** Where Stripe's own samples listen. */
const WEBHOOK_URL = 'http://localhost:4242/webhook'

/** All three kinds, so that each can be tried; a code by telephone lets through what is too large to be deferred. */
function demoKinds(): LeaseTerms['offline']['kinds'] {
  const { deferred } = defaultOfflineTerms.kinds
  if (deferred === undefined) return {}
  const larger = Object.entries(deferred.perPaymentMinor).map(([currency, minor]) => [currency, minor * 5])
  return {
    deferred,
    card_approved: deferred,
    voice: { ...deferred, perPaymentMinor: Object.fromEntries(larger) },
  }
}

/** The demo's account, place, keys and webhook endpoint; does nothing where they are. */
export async function seedDemo(pool: Pool, nowMs: number, keeper: SecretKeeper): Promise<DemoFacts> {
  const { account, location, keys, webhook } = demo
  const wrapped = await keeper.wrap(webhook.endpoint, webhook.secret)
  await transaction(pool, async (tx) => {
    await tx.query(
      `insert into accounts (account, name, currencies, offline_terms, notice_email, created_ms)
       values ($1, 'Café Holdfast', '{eur,usd,gbp,cad,chf,aud,nzd,sek,nok,dkk,pln,jpy}', $3, 'owner@cafe.example', $2) on conflict do nothing`,
      [account, nowMs, JSON.stringify({ kinds: demoKinds() })],
    )
    await tx.query(
      `insert into locations (account, location, name, created_ms) values ($1, $2, 'Quay Street', $3)
       on conflict do nothing`,
      [account, location, nowMs],
    )
    const accepted = { by: 'Demo owner', textVersion: LIABILITY_TEXT_VERSION }
    await acceptOfflineLiability(tx, account, accepted, nowMs)
    const owner = { account, mode: 'test' } as const
    await storeApiKey(tx, keys.secret, { ...owner, kind: 'secret' }, nowMs)
    await storeApiKey(tx, keys.publishable, { ...owner, kind: 'publishable' }, nowMs)
    await tx.query(
      `insert into webhook_endpoints (account, endpoint, mode, url, description, enabled_events, metadata, status,
         disabled_because, wrapped_secret, created_ms)
       values ($1, $2, 'test', $3, 'Demo: give it your address and switch it on', '{*}', '{}', 'disabled', 'owner', $4, $5)
       on conflict do nothing`,
      [account, webhook.endpoint, WEBHOOK_URL, wrapped, nowMs],
    )
  })
  return demo
}
