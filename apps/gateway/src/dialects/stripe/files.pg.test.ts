import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction, type Tx } from '../../database/transaction.ts'
import { openDispute } from '../../disputes/open-dispute.ts'
import { findFiles } from '../../files/file-store.ts'
import { FILE_BYTES_MAX } from '../../files/file-type.ts'
import { pruneFiles, UNUSED_FILES_KEPT_FOR_MS } from '../../files/prune-files.ts'
import { addFeeSchedule } from '../../ledger/money-terms.ts'
import { postCapture } from '../../ledger/post-capture.ts'
import { sampleCapture, sampleFees } from '../../test-support/money-shop.ts'
import { ACCOUNT, sampleId, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { valid } from '../../test-support/stripe-schema.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})
afterEach(() => shop.close())

const pdf = Buffer.from('%PDF-1.7\r\n\r\n--not a boundary\r\n%\u00e9 and bytes \0\u0001')
const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])

function fileOf(data: Buffer, name = 'receipt.pdf') {
  return { purpose: 'dispute_evidence' as const, file: { data, name, type: 'application/octet-stream' } }
}

test.each(['current', 'older'] as const)(
  'ST1: a file is uploaded by the %s client, listed, and comes back byte for byte',
  async (version) => {
    const { files } = version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)
    // The older client sends files to Stripe's own host unless each call is told another one, which its types do not know.
    const options: object = version === 'older' ? { host: '127.0.0.1' } : {}
    const made = valid('file', await files.create(fileOf(pdf), options))
    expect(made).toMatchObject({
      object: 'file',
      purpose: 'dispute_evidence',
      type: 'pdf',
      size: pdf.length,
      filename: 'receipt.pdf',
      url: `${shop.server.url}/v1/files/${made.id}/contents`,
    })
    expect(valid('file', await files.retrieve(made.id))).toEqual(made)
    expect((await files.list({ purpose: 'dispute_evidence' })).data).toEqual([made])
    const contents = await fetch(made.url ?? '', {
      headers: { authorization: `Bearer ${shopKeys.secret}` },
    })
    expect(Object.fromEntries(contents.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect(Buffer.from(await contents.arrayBuffer()).equals(pdf)).toBe(true)
  },
)

test('what is not taken is refused by name, and nothing is kept', async () => {
  const { files } = shop.stripe
  const refused = (param: string, text: string) => ({
    statusCode: 400,
    param,
    message: expect.stringContaining(text),
  })
  await expect(files.create(fileOf(Buffer.from('<html>')))).rejects.toMatchObject(refused('file', 'PDF'))
  const large = Buffer.concat([png, Buffer.alloc(FILE_BYTES_MAX)])
  await expect(files.create(fileOf(large))).rejects.toMatchObject(refused('file', 'bytes'))
  await expect(files.create({ ...fileOf(pdf), purpose: 'identity_document' })).rejects.toMatchObject(
    refused('purpose', 'dispute_evidence'),
  )
  const asForm = await shop.ask('POST', '/files', { body: 'purpose=dispute_evidence&file=x' })
  expect(asForm).toMatchObject({ status: 400, body: { error: { param: 'file' } } })
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  expect(await shop.ask('POST', '/files', { body: 'no parts', headers })).toMatchObject({ status: 400 })
  const tooLarge = 'y'.repeat(FILE_BYTES_MAX * 2)
  expect(await shop.ask('POST', '/files', { body: tooLarge, headers })).toMatchObject({ status: 413 })
  expect((await files.list()).data).toEqual([])
})

test('under one key the same file is one, and another file is another request', async () => {
  const { files } = shop.stripe
  const idempotencyKey = 'receipt-1'
  const first = await files.create(fileOf(pdf), { idempotencyKey })
  expect((await files.create(fileOf(pdf), { idempotencyKey })).id).toBe(first.id)
  await expect(files.create(fileOf(png), { idempotencyKey })).rejects.toMatchObject({
    type: 'StripeIdempotencyError',
  })
})

test('a file of exactly the limit is taken', async () => {
  const whole = Buffer.concat([png, Buffer.alloc(FILE_BYTES_MAX - png.length)])
  expect(await shop.stripe.files.create(fileOf(whole, 'scan.png'))).toMatchObject({
    size: FILE_BYTES_MAX,
    type: 'png',
  })
})

test('ST1: files are evidence of a dispute of the same account and mode, and of no other', async () => {
  const disputeId = await contested()
  const { disputes, files } = shop.stripe
  const { id } = await files.create(fileOf(png, 'signature.png'))
  const answered = valid(
    'dispute',
    await disputes.update(disputeId, { evidence: { customer_signature: id }, submit: false }),
  )
  expect(answered.evidence).toMatchObject({ customer_signature: id, receipt: null })
  const foreign = await shop.clientWith(shopKeys.stranger).files.create(fileOf(pdf))
  const live = await shop.clientWith(shopKeys.live).files.create(fileOf(pdf))
  for (const other of [foreign.id, live.id, 'file_nowhere']) {
    await expect(
      disputes.update(disputeId, { evidence: { receipt: other }, submit: false }),
    ).rejects.toMatchObject({ code: 'resource_missing', param: 'evidence[receipt]' })
    await expect(files.retrieve(other)).rejects.toMatchObject({ statusCode: 404 })
    expect((await shop.ask('GET', `/files/${other}/contents`)).status).toBe(404)
  }
  const kept = await disputes.update(disputeId, { evidence: { customer_signature: '' }, submit: false })
  expect(kept.evidence.customer_signature).toBeNull()
})

test('ST1: more than an account may keep is refused by its code, evidence does not count, and the other mode is apart', async () => {
  shop.server.replaceParts({ filesBound: { countMax: 2, bytesMax: 2 * png.length } })
  const { files, disputes } = shop.stripe
  const first = await files.create(fileOf(png), { idempotencyKey: 'first' })
  const full = {
    statusCode: 400,
    type: 'StripeInvalidRequestError',
    code: 'file_storage_full',
    param: 'file',
    message: expect.stringContaining('90 days'),
  }
  await expect(files.create(fileOf(Buffer.concat([png, png])))).rejects.toMatchObject(full)
  await files.create(fileOf(pdf))
  await expect(files.create(fileOf(pdf))).rejects.toMatchObject(full)
  expect((await files.create(fileOf(png), { idempotencyKey: 'first' })).id).toBe(first.id)
  expect(await shop.clientWith(shopKeys.live).files.create(fileOf(pdf))).toMatchObject({ type: 'pdf' })
  await disputes.update(await contested(), { evidence: { receipt: first.id }, submit: false })
  expect(await files.create(fileOf(pdf))).toMatchObject({ type: 'pdf' })
  await expect(files.create(fileOf(pdf))).rejects.toMatchObject(full)
})

test('of many uploads at once no more are taken than there is room for', async () => {
  shop.server.replaceParts({ filesBound: { countMax: 3, bytesMax: 1_000_000 } })
  const uploads = Array.from({ length: 10 }, () => shop.stripe.files.create(fileOf(pdf)))
  const settled = await Promise.allSettled(uploads)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
})

test('ST1: a file that no dispute names is removed 90 days after it came, and evidence is kept', async () => {
  const { files, disputes } = shop.stripe
  const { clock } = shop.gateway
  const unused = await files.create(fileOf(pdf))
  const used = await files.create(fileOf(png))
  await disputes.update(await contested(), { evidence: { receipt: used.id }, submit: false })
  const prune = () => transaction(database().pool, (tx) => pruneFiles(tx, clock.wallMs()))
  clock.advance(UNUSED_FILES_KEPT_FOR_MS)
  expect(await prune()).toBe(0)
  clock.advance(1)
  const young = await files.create(fileOf(pdf))
  expect([await prune(), await prune()]).toEqual([1, 0])
  expect((await files.list()).data.map(({ id }) => id)).toEqual([young.id, used.id])
  await expect(files.retrieve(unused.id)).rejects.toMatchObject({ statusCode: 404 })
})

test('a file that is named as evidence while it is being removed is gone for both; one that is being named stays', async () => {
  const { pool } = database()
  const evidence = { receipt: (await shop.stripe.files.create(fileOf(pdf))).id }
  const disputeId = await contested()
  const laterMs = shop.gateway.clock.wallMs() + UNUSED_FILES_KEPT_FOR_MS + 1
  const prune = (tx: Tx) => pruneFiles(tx, laterMs)
  await transaction(pool, async (tx) => {
    await findFiles(tx, { account: ACCOUNT, mode: 'test' }, [evidence.receipt], { lock: true })
    expect(await transaction(pool, prune)).toBe(0)
  })
  const naming = await transaction(pool, async (tx) => {
    expect(await prune(tx)).toBe(1)
    const asked = shop.stripe.disputes.update(disputeId, { evidence, submit: false })
    const refused = expect(asked).rejects.toMatchObject({ code: 'resource_missing' })
    await shop.gateway.until(() => isWaitingForALock(pool))
    return { refused }
  })
  await naming.refused
})

async function isWaitingForALock(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rowCount === 1
}

/** Payment 1, of 12.34 EUR, captured and contested. */
async function contested(): Promise<string> {
  const { clock } = shop.gateway
  const atMs = clock.wallMs()
  const ids = {
    wallMs: () => atMs,
    randomBytes: (length: number) => shop.gateway.world.crypto.randomBytes(length),
  }
  const word = { said: 'accepted', attemptId: sampleId('att', 11), atMs: 0, via: 'online' } as const
  await shop.put(1, { word, states: [sampleStates.approved] })
  return transaction(database().pool, async (tx) => {
    await addFeeSchedule(tx, ACCOUNT, sampleFees, 0)
    const sale = { paymentId: sampleId('pi', 1), chargeId: sampleId('ch', 11) }
    await postCapture(tx, sampleCapture(1, { ...sale, grossMinor: 1_234, atMs }))
    const terms = { chargeback: 'cb_1', currency: 'eur', amountMinor: 1_234, reasonCode: '4837' } as const
    const dueMs = atMs + 86_400_000
    const opened = await openDispute(
      tx,
      { account: ACCOUNT, mode: 'test', ...sale, ...terms, atMs, dueMs },
      ids,
    )
    return opened?.disputeId ?? ''
  })
}
