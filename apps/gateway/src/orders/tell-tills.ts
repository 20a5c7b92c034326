import type { Pool } from 'pg'
import type { GatewayWorld } from '../world/gateway-world.ts'

/** A hint that there is something about orders, once that is durable; a till that misses it looks by itself. */
export async function tellTills(
  pool: Pool,
  { changes }: Pick<GatewayWorld, 'changes'>,
  { account, location }: { readonly account: string; readonly location: string },
): Promise<void> {
  const { rows } = await pool.query<{ device: string }>(
    `select device from devices where account = $1 and location = $2 and status = 'active'`,
    [account, location],
  )
  for (const { device } of rows) changes.notify(device)
}
