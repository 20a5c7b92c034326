import type { Pool } from 'pg'
import type { DeviceRow } from '../store/gateway-store.ts'

/** Puts a device with its account and location into a test database. */
export async function seedDevice(pool: Pool, device: DeviceRow): Promise<void> {
  const { account, mode, deviceId, location, terminalId, status, statedSeq, receivedSeq } = device
  await pool.query(
    `insert into accounts (account, name, currencies, liability_by, liability_ms, liability_text, created_ms)
     values ($1, 'Café', '{eur,usd}', 'Ada', 0, '1', 0)
     on conflict do nothing`,
    [account],
  )
  await pool.query(
    `insert into locations (account, location, name, created_ms) values ($1, $2, 'Quay', 0) on conflict do nothing`,
    [account, location],
  )
  await pool.query(
    `insert into devices (account, device, mode, location, name, terminal_id, status, stated_seq, received_seq, created_ms)
     values ($1, $2, $3, $4, 'Till', $5, $6, $7, $8, 0)`,
    [account, deviceId, mode, location, terminalId, status, statedSeq, receivedSeq],
  )
  for (const { keyId, publicKey } of device.keys) {
    await pool.query(
      'insert into device_keys (account, device, key_id, public_key, created_ms) values ($1, $2, $3, $4, 0)',
      [account, deviceId, keyId, publicKey],
    )
  }
}
