import type { Pool } from 'pg'
import { storeApiKey } from './api-keys/api-keys.ts'
import { transaction } from './database/transaction.ts'
import { acceptOfflineLiability, LIABILITY_TEXT_VERSION } from './devices/offline-liability.ts'

export interface DemoFacts {
  readonly account: string
  readonly location: string
  readonly keys: { readonly secret: string; readonly publishable: string }
}

/** Readable, public and of test mode only: whoever runs a demo may hand them round. */
const demo: DemoFacts = {
  account: 'acct_HoldfastDemoAccount00001',
  location: 'loc_HoldfastDemoQuayStreet01',
  keys: {
    secret: 'sk_test_holdfast_demo_secret_key_000001',
    publishable: 'pk_test_holdfast_demo_public_key_000001',
  },
}

/** The demo's account, place and keys; does nothing where they are. */
export async function seedDemo(pool: Pool, nowMs: number): Promise<DemoFacts> {
  const { account, location, keys } = demo
  await transaction(pool, async (tx) => {
    await tx.query(
      `insert into accounts (account, name, currencies, created_ms)
       values ($1, 'Café Holdfast', '{eur,usd,gbp,cad,chf,aud,nzd,sek,nok,dkk,pln,jpy}', $2) on conflict do nothing`,
      [account, nowMs],
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
  })
  return demo
}
