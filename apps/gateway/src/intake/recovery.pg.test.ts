import { must, statusOf } from '@holdfast/core'
import { type SealedRecord, signStatement } from '@holdfast/envelope'
import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import type { FeedAnswer, GenerationMark, Signed } from '@holdfast/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AcquirerProfile } from '../acquirer/acquirer-profile.ts'
import { retrievalReference } from '../acquirer/retrieval-reference.ts'
import { openVault } from '../payments/card-vault.ts'
import { resolveLostOutcome } from '../review/resolve-lost-outcome.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestDevice, TestSale } from '../test-support/test-device.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'

const database = sharedDatabase()
/** What the device knew while the database that is lost was there. */
const BEFORE: GenerationMark = { generation: 1, sinceSeq: 0 }
let lost: TestGateway
let device: TestDevice
const open: TestGateway[] = []

beforeEach(async () => {
  lost = gatewayOf()
  device = await lost.addDevice(1)
})

afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
})

function gatewayOf(profile: Partial<AcquirerProfile> = {}): TestGateway {
  const gateway = createTestGateway(database(), {
    ...(lost === undefined ? {} : { keys: lost.world.keys }),
    profile,
  })
  open.push(gateway)
  return gateway
}

/** The database is lost, and a copy of the morning is put back: the device is known, and nothing that it sent. */
async function restore(profile: Partial<AcquirerProfile> = {}): Promise<TestGateway> {
  await lost.close()
  const { pool } = database()
  await pool.query('truncate records, voids, feed, events, attempts, payments, links cascade')
  await pool.query('update devices set stated_seq = 0, received_seq = 0, feed_head = 0')
  await pool.query('update settings set generation = 2')
  const gateway = gatewayOf(profile)
  gateway.startAuthoriser()
  return gateway
}

interface Told {
  readonly sale: TestSale
  readonly records: SealedRecord[]
}

async function stored(): Promise<Told> {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  return { sale, records: [await device.opened(sale), await device.stored(sale, attempt)] }
}

/** Stored, delivered and approved by the database that is about to be lost. */
async function approvedBefore(): Promise<Told & { readonly outcome: Signed }> {
  const told = await stored()
  await lost.send(device, told.records, { mark: BEFORE })
  lost.startAuthoriser()
  await lost.until(async () => (await status(lost, told.sale)) === 'succeeded')
  const [item] = (await feed(lost, 'generation=1&after=0')).items
  return { ...told, outcome: must(item, 'the outcome is in the feed').statement }
}

async function feed(gateway: TestGateway, query: string): Promise<FeedAnswer> {
  const { body } = await gateway.api(await device.request('GET', `/device/v1/feed?${query}`))
  return body as FeedAnswer
}

/** The device says that all it held is in. */
const synced = (gateway: TestGateway) => feed(gateway, 'generation=2&after=0&synced=1')

async function status(gateway: TestGateway, sale: TestSale): Promise<string> {
  return statusOf((await gateway.payment(sale.paymentId)).story)
}

/** Long enough for the authoriser to have taken whatever it may take. */
async function letTimePass(gateway: TestGateway): Promise<void> {
  const untilMs = gateway.clock.wallMs() + 120_000
  await gateway.until(() => gateway.clock.wallMs() > untilMs, { stepMs: 2_000 })
}

describe('P7: a gateway that came back from an older copy', () => {
  test('adopts what it once signed: the same charge under the same RRN, and nobody is asked', async () => {
    const { sale, records, outcome } = await approvedBefore()
    const before = await lost.payment(sale.paymentId)
    const gateway = await restore()
    await gateway.send(device, records, { mark: BEFORE, outcomes: [outcome] })
    await synced(gateway)
    await letTimePass(gateway)
    const after = await gateway.payment(sale.paymentId)
    expect(statusOf(after.story)).toBe('succeeded')
    expect(identityOf(after)).toEqual(identityOf(before))
    expect(gateway.acquirer.authorisations).toEqual([])
    expect(after.details[0]?.sealed).toBeNull()
    // The sale has still to be presented, and its device has erased the card.
    const vault = must(after.details[0]?.vault, 'the card is kept')
    expect(vault).toBe(before.details[0]?.vault)
    expect(await openVault(gateway.world, sale.paymentId, vault)).toMatchObject({ pan: expect.any(String) })
  })

  test('without its own word waits for the device to have told all, and then asks as a repeat, by the same RRN', async () => {
    const { sale, records } = await approvedBefore()
    const before = identityOf(await lost.payment(sale.paymentId))
    const gateway = await restore()
    await gateway.send(device, records, { mark: BEFORE })
    await letTimePass(gateway)
    expect(gateway.acquirer.authorisations).toEqual([])
    await synced(gateway)
    await gateway.until(async () => (await status(gateway, sale)) === 'succeeded')
    expect(gateway.acquirer.authorisations).toMatchObject([{ repeat: true, rrn: before.rrn, deferred: true }])
  })

  test('where the host knows a message by its STAN only, asks nobody: a human looks, and what is found is adopted', async () => {
    const { sale, records } = await approvedBefore()
    const { stan, rrn } = identityOf(await lost.payment(sale.paymentId))
    const gateway = await restore({ hostKnowsRrn: false })
    await gateway.send(device, records, { mark: BEFORE })
    await synced(gateway)
    const id = { account: ACCOUNT, paymentId: sale.paymentId }
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'outcome_lost')
    expect(gateway.acquirer.authorisations).toEqual([])
    const found = {
      found: 'approval',
      stan: must(stan, 'it was sent'),
      rrn: must(rrn, 'it was sent'),
      transmittedAtMs: 1,
      saleLocalTime: localTimeOf(await gateway.payment(sale.paymentId)),
      responseCode: '00',
      approvalCode: '654321',
    } as const
    expect(await resolveLostOutcome(gateway.world, id, found)).toEqual({ result: 'decided' })
    expect(await status(gateway, sale)).toBe('succeeded')
    expect(await resolveLostOutcome(gateway.world, id, found)).toMatchObject({ code: 'review_nothing_waits' })
    await letTimePass(gateway)
    expect(gateway.acquirer.authorisations).toEqual([])
  })

  test('asks as for the first time once a human has found nothing at the acquirer', async () => {
    const { sale, records } = await stored()
    const gateway = await restore({ hostDeduplicates: false })
    await gateway.send(device, records, { mark: BEFORE })
    await synced(gateway)
    const id = { account: ACCOUNT, paymentId: sale.paymentId }
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'outcome_lost')
    expect(await resolveLostOutcome(gateway.world, id, { found: 'nothing' })).toEqual({ result: 'decided' })
    await gateway.until(async () => (await status(gateway, sale)) === 'succeeded')
    expect(gateway.acquirer.authorisations).toMatchObject([{ repeat: false }])
  })

  test('goes on without a device that never comes back, once it is revoked: as a repeat, by the same RRN', async () => {
    const { sale, records } = await approvedBefore()
    const before = identityOf(await lost.payment(sale.paymentId))
    const gateway = await restore()
    await gateway.send(device, records, { mark: BEFORE })
    await letTimePass(gateway)
    expect(gateway.acquirer.authorisations).toEqual([])
    await database().pool.query(`update devices set status = 'revoked' where device = $1`, [
      device.row.deviceId,
    ])
    await gateway.until(async () => (await status(gateway, sale)) === 'succeeded')
    expect(gateway.acquirer.authorisations).toMatchObject([{ repeat: true, rrn: before.rrn }])
  })

  test('adopts its own word also for a payment that waits for somebody to look, who then need not', async () => {
    const { sale, records, outcome } = await approvedBefore()
    const gateway = await restore({ hostKnowsRrn: false })
    await gateway.send(device, records, { mark: BEFORE })
    await synced(gateway)
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'outcome_lost')
    await gateway.send(device, records, { mark: BEFORE, outcomes: [outcome] })
    expect(await gateway.payment(sale.paymentId)).toMatchObject({ attention: null })
    expect(await status(gateway, sale)).toBe('succeeded')
  })

  test('takes back what the lost database may have had approved for a sale that is void', async () => {
    const { sale, records } = await approvedBefore()
    const { rrn } = identityOf(await lost.payment(sale.paymentId))
    const gateway = await restore()
    await gateway.send(device, [...records, await device.voided(sale)], { mark: BEFORE })
    await synced(gateway)
    await gateway.until(() => gateway.acquirer.reversals.length > 0)
    expect(gateway.acquirer.reversals).toMatchObject([{ rrn, original: { stan: '000000' } }])
    expect(gateway.acquirer.authorisations).toEqual([])
  })

  test('takes back what was asked since the copy for a try that the copy only knew of', async () => {
    const sale = device.newSale()
    const attempt = await device.read(sale)
    const records = [await device.opened(sale), await device.attempted(sale, attempt)]
    await lost.send(device, records, { mark: BEFORE })
    await lost.close()
    await database().pool.query('update settings set generation = 2')
    const gateway = gatewayOf()
    gateway.startAuthoriser()
    // What is new comes first; all else is told again when the device has heard of the restore.
    await gateway.send(device, [await device.voided(sale)], { mark: BEFORE })
    await gateway.send(device, records, { mark: { generation: 2, sinceSeq: 3 } })
    await synced(gateway)
    await gateway.until(() => gateway.acquirer.reversals.length > 0)
    const rrn = await retrievalReference(gateway.world.crypto, {
      paymentId: sale.paymentId,
      attemptId: attempt.attemptId,
      presentation: 1,
    })
    expect(gateway.acquirer.reversals[0]).toMatchObject({ rrn })
    expect(gateway.acquirer.authorisations).toEqual([])
  })

  test('tells the issuer anew what the lost database may have asked before the card approved by itself', async () => {
    const sale = device.newSale()
    const attempt = await device.read(sale)
    const before = [await device.opened(sale), await device.attempted(sale, attempt)]
    const gateway = await restore()
    // The host has the question under the first number, and takes no advice for it.
    gateway.acquirer.answer({ kind: 'refused', responseCode: '12' })
    await gateway.send(device, before, { mark: BEFORE })
    await gateway.send(device, [await device.stored(sale, attempt, 'card_approved')], { mark: BEFORE })
    await synced(gateway)
    await gateway.until(async () => (await status(gateway, sale)) === 'succeeded')
    const { advices, reversals, authorisations } = gateway.acquirer
    const rrns = await Promise.all(
      [1, 2].map((presentation) =>
        retrievalReference(gateway.world.crypto, {
          paymentId: sale.paymentId,
          attemptId: attempt.attemptId,
          presentation,
        }),
      ),
    )
    expect(advices.map(({ rrn, repeat }) => ({ rrn, repeat }))).toEqual(
      rrns.map((rrn) => ({ rrn, repeat: true })),
    )
    expect(reversals).toMatchObject([{ rrn: rrns[0] }])
    expect(authorisations).toEqual([])
  })

  test('tells a device that has not heard of it to decide for itself, and asks nobody for it at the counter', async () => {
    const gateway = await restore()
    const sale = device.newSale()
    await gateway.send(device, [await device.opened(sale)], { mark: BEFORE })
    const record = await device.attempted(sale, await device.read(sale))
    expect((await gateway.present(device, record)).outcome).toEqual({ result: 'defer' })
    await letTimePass(gateway)
    expect(gateway.acquirer.authorisations).toEqual([])
  })

  test('asks at once, as for the first time, for what a device wrote after it had heard', async () => {
    const old = await stored()
    const gateway = await restore()
    await gateway.send(device, old.records, { mark: BEFORE })
    const fresh = await stored()
    await gateway.send(device, fresh.records, { mark: { generation: 2, sinceSeq: old.records.length } })
    await gateway.until(async () => (await status(gateway, fresh.sale)) === 'succeeded')
    expect(gateway.acquirer.authorisations).toMatchObject([{ repeat: false }])
    expect(await status(gateway, old.sale)).toBe('processing')
  })

  test('knows that what had not been sent when the copy was taken may have been sent since', async () => {
    const { sale, records } = await stored()
    await lost.send(device, records, { mark: BEFORE })
    await lost.close()
    await database().pool.query('update settings set generation = 2')
    const gateway = gatewayOf()
    gateway.startAuthoriser()
    await letTimePass(gateway)
    expect(gateway.acquirer.authorisations).toEqual([])
    await gateway.send(device, [await device.voided(sale)], { mark: BEFORE })
    await synced(gateway)
    await gateway.until(() => gateway.acquirer.reversals.length > 0)
    expect(gateway.acquirer.authorisations).toEqual([])
  })
})

describe('P7: bad input', () => {
  test.each<readonly [string, (said: Record<string, unknown>) => Record<string, unknown>]>([
    ['of another device', (said) => ({ ...said, device: 'dev_000000000000000000000009' })],
    ['of another amount', (said) => ({ ...said, amountMinor: 1 })],
    ['of an approval without its code', (said) => ({ ...said, approvalCode: null })],
    ['of another try', (said) => ({ ...said, attempt: 'att_000000000000000000000009' })],
    ['of this generation', (said) => ({ ...said, generation: 2 })],
    ['of a payment that is void', (said) => ({ ...said, status: 'canceled' })],
    ['of a shape that is none of ours', (said) => ({ ...said, more: true })],
  ])('a word %s is not adopted, and the records are taken all the same', async (_what, change) => {
    const { sale, records, outcome } = await approvedBefore()
    const gateway = await restore()
    const said = change(JSON.parse(outcome.payload) as Record<string, unknown>)
    const statement = await signStatement(lost.world.keys.signing, 'outcome', said)
    const receipt = await gateway.send(device, records, { mark: BEFORE, outcomes: [statement] })
    expect(receipt.verdicts.map(({ verdict }) => verdict)).toEqual(['received', 'received'])
    expect(await status(gateway, sale)).toBe('processing')
  })

  test('a word that a stranger signed is not adopted', async () => {
    const { sale, records, outcome } = await approvedBefore()
    const gateway = await restore()
    const stranger = nodeSigningKey(generateNodeKey('ed25519'))
    const forged = await signStatement(stranger, 'outcome', JSON.parse(outcome.payload))
    for (const statement of [forged, { ...forged, keyId: outcome.keyId }])
      await gateway.send(device, records, { mark: BEFORE, outcomes: [statement] })
    expect(await status(gateway, sale)).toBe('processing')
  })

  test('a human who names a time that is none, or a payment that nobody knows, changes nothing', async () => {
    const { sale, records } = await stored()
    const gateway = await restore({ hostKnowsRrn: false })
    await gateway.send(device, records, { mark: BEFORE })
    await synced(gateway)
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'outcome_lost')
    const found = {
      found: 'approval',
      stan: '000001',
      rrn: 'ABCDEFGHIJKL',
      transmittedAtMs: 1,
      responseCode: '00',
      approvalCode: '654321',
    } as const
    const at = (MMDD: string, paymentId = sale.paymentId) =>
      resolveLostOutcome(
        gateway.world,
        { account: ACCOUNT, paymentId },
        { ...found, saleLocalTime: { MMDD, hhmmss: '101010' } },
      )
    expect(await at('1399')).toMatchObject({ code: 'review_does_not_fit' })
    expect(await at('0101', 'pi_000000000000000000000009')).toMatchObject({ code: 'not_found' })
    expect(await status(gateway, sale)).toBe('processing')
  })
})

function identityOf(row: Awaited<ReturnType<TestGateway['payment']>>) {
  const attempt = must(row.story.attempts.at(-1), 'it was asked')
  const { stan, rrn } = 'rrn' in attempt ? attempt : { stan: null, rrn: null }
  return { charge: row.details.at(-1)?.chargeId, stan, rrn }
}

function localTimeOf({ openedMs, utcOffsetMin }: Awaited<ReturnType<TestGateway['payment']>>) {
  const iso = new Date(openedMs + utcOffsetMin * 60_000).toISOString()
  return { MMDD: iso.slice(5, 7) + iso.slice(8, 10), hhmmss: iso.slice(11, 19).replaceAll(':', '') }
}
