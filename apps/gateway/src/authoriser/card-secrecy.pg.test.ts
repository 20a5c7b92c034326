import { statusOf } from '@holdfast/core'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVault } from '../payments/card-vault.ts'
import { TEST_PANS } from '../test-support/test-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'

const database = sharedDatabase()
let gateway: TestGateway

beforeEach(async () => {
  gateway = createTestGateway(database())
})

afterEach(() => gateway.close())

test('no card number is in any row of the database, before and after the authorisation (P9)', async () => {
  const device = await gateway.addDevice(1)
  const pending = device.newSale()
  const voided = device.newSale()
  const settled = device.newSale()
  const parked = device.newSale()
  await gateway.send(device, [
    await device.stored(settled, await device.read(settled)),
    await device.stored(voided, await device.read(voided, 'mastercard')),
    await device.stored(parked, await device.read(parked)),
    await device.stored(parked, await device.read(parked, 'mastercard', 2)),
  ])
  gateway.startAuthoriser()
  await gateway.until(async () => statusOf((await gateway.payment(settled.paymentId)).story) === 'succeeded')
  await gateway.until(async () => statusOf((await gateway.payment(voided.paymentId)).story) === 'succeeded')
  await gateway.send(device, [await device.voided(voided)])
  await gateway.until(async () => (await gateway.outcomes(device)).length === 4)
  gateway.acquirer.answer({ kind: 'no_answer' })
  await gateway.send(device, [await device.stored(pending, await device.read(pending))])
  await gateway.until(async () => {
    const state = (await gateway.payment(pending.paymentId)).story.attempts[0]?.state
    return state === 'unknown' || state === 'approved'
  })

  expect(await rowsWithCards(gateway.database.pool)).toEqual([])
  expect(gateway.errors).toEqual([])

  // The scan finds what it looks for.
  for (const spelling of [
    TEST_PANS.visa,
    'x4242 4242 4242 4242y',
    Buffer.from(TEST_PANS.visa).toString('hex'),
  ]) {
    await gateway.database.pool.query('update payments set reference = $1 where payment = $2', [
      spelling,
      settled.paymentId,
    ])
    expect(await rowsWithCards(gateway.database.pool)).toEqual(['payments'])
  }
})

test('after the approval only number and expiry live on, under a key that is not in the database', async () => {
  const device = await gateway.addDevice(1)
  const sale = device.newSale()
  await gateway.send(device, [await device.stored(sale, await device.read(sale))])
  gateway.startAuthoriser()
  await gateway.until(async () => statusOf((await gateway.payment(sale.paymentId)).story) === 'succeeded')
  const [detail] = (await gateway.payment(sale.paymentId)).details
  expect(detail?.sealed).toBeNull()
  const vault = detail?.vault ?? ''
  expect(await openVault(gateway.world, sale.paymentId, vault)).toEqual({
    pan: TEST_PANS.visa,
    expiry: '3012',
  })
  expect(await openVault(gateway.world, device.newSale().paymentId, vault)).toBeNull()
  const { keys, ...world } = gateway.world
  const otherKey = { ...world, keys: { ...keys, vaultKey: new Uint8Array(32) } }
  expect(await openVault(otherKey, sale.paymentId, vault)).toBeNull()
})

/** Names each table of which some row, in any column, holds a test card's number in any usual spelling. */
async function rowsWithCards(pool: Pool): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`select row_to_json(t)::text as text from ${name} t`)
    if (
      rows.some(({ text }) =>
        Object.values(TEST_PANS).some((pan) => spellings(pan).some((s) => has(text, s))),
      )
    )
      found.push(name)
  }
  return found
}

function has(text: string, spelling: string): boolean {
  return text.includes(spelling) || text.replaceAll(/[\s.\-_]/g, '').includes(spelling)
}

function spellings(pan: string): string[] {
  const bytes = Buffer.from(pan)
  return [
    pan,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
}
