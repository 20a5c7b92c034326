import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { sealContact } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { publishEvents } from '../events/publish-events.ts'
import { createJobRunner, type JobRunner } from '../jobs/job-runner.ts'
import { announceNotice, passNoticeTime } from '../notices/change-notice.ts'
import { tellNotices } from '../notices/tell-notices.ts'
import { settle } from '../payments/settle.ts'
import {
  ACCOUNT,
  sampleId,
  samplePayment,
  type SamplePayment,
  sampleStates,
} from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { createWebhookReceiver } from '../test-support/webhook-receiver.ts'
import { createWebhookWorld } from '../test-support/webhook-world.ts'
import { mailDisabledEndpoint } from './mail-disabled-endpoint.ts'
import { MAIL_JOB, queueMail } from './queue-mail.ts'
import { queueNoticeMails } from './queue-notice-mails.ts'
import { queueMailsOfEvents } from './queue-mails-of-events.ts'
import { mailHandler } from './send-mail.ts'

const CUSTOMER = 'customer@home.example'

describe('mails', () => {
  const database = sharedDatabase()
  let gateway: TestGateway
  let smtp: SMTPServer
  let jobs: JobRunner
  let mails: string[]
  /** What the server answers a whole mail with; null takes it. */
  let refusal: (Error & { responseCode?: number }) | null
  const logged: string[] = []

  beforeEach(async () => {
    gateway = createTestGateway(database())
    await gateway.addDevice(1)
    await database().pool.query(`update accounts set notice_email = 'owner@shop.example'`)
    mails = []
    refusal = null
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join()
          mails.push(`TO ${to}\n${Buffer.concat(chunks).toString('utf8')}`)
          done(refusal)
        })
      },
    })
    const server = smtp.listen(0, '127.0.0.1')
    await once(server, 'listening')
    // Listening on an IP port, so the address is not a pipe's name.
    const { port } = server.address() as AddressInfo
    const { clock, keys } = gateway.world
    const { pool } = database()
    const handler = mailHandler({
      pool,
      nowMs: () => clock.wallMs(),
      crypto: nodeCrypto,
      keys,
      server: { url: `smtp://127.0.0.1:${port}`, from: 'till@shop.example' },
    })
    const note = (fields: object) => void logged.push(JSON.stringify(fields))
    jobs = createJobRunner({
      pool,
      clock,
      random: () => 1,
      log: { info: note, error: note },
      owner: 'test',
      handlers: new Map([[MAIL_JOB, handler]]),
    })
  })
  afterEach(async () => {
    await new Promise<void>((resolve) => {
      smtp.close(resolve)
    })
    await gateway.close()
    expect(logged.join()).not.toContain(CUSTOMER)
    expect(await clearText()).not.toContain(CUSTOMER)
  })

  test('SQ16: a stored payment is receipted in neutral words, and when it is captured as paid; each once', async () => {
    await paid({ contact: CUSTOMER, states: [{ ...sampleStates.planned }] })
    await publish()
    await jobs.runDue()
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain(`TO ${CUSTOMER}`)
    expect(mails[0]).toContain('recorded and will be sent to your bank')
    expect(mails[0]).not.toContain('payment is complete')
    expect(mails[0]).toMatch(/Message-ID: <mail_\w{24}@shop\.example>/)
    await publish()
    expect(await jobs.runDue()).toBe(0)
  })

  test('an authorised and captured one gets its receipt', async () => {
    await paid({ contact: CUSTOMER, states: [sampleStates.approved] })
    await publish()
    while ((await jobs.runDue()) > 0) continue
    const subjects = mails.map((mail) => /Subject: (.*)/.exec(mail)?.[1])
    expect(subjects).toEqual([expect.stringMatching(/^Your receipt from|=\?UTF-8\?Q\?Your_receipt_from/)])
    expect(mails.at(-1)).toContain('4242')
  })

  test('of a declined stored payment the seller hears, in his language, and the customer does not', async () => {
    await database().pool.query(`update accounts set language = 'fr'`)
    await paid({ contact: CUSTOMER, states: [sampleStates.declined] })
    await publish()
    while ((await jobs.runDue()) > 0) continue
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain('TO owner@shop.example')
    expect(mails[0]).toContain('Montant')
  })

  test('ST13: who left an address with a sale that the review released is written to as anybody', async () => {
    await paid({ contact: CUSTOMER, states: [{ ...sampleStates.planned }] })
    await database().pool.query(
      `with said as (
         insert into reviews (account, review, decision, waited_for, device, payment, decided_by, note, decided_ms)
         select account, 'rev_1', 'released', 'record_fork', device, payment, 'Ada', '', 1 from records
         returning account, review)
       update records r set parked_code = 'record_fork', review = said.review, decision = 'released' from said`,
    )
    await publish()
    await jobs.runDue()
    expect(mails).toMatchObject([expect.stringContaining(`TO ${CUSTOMER}`)])
  })

  test('of two accounts that know a payment by the same id each hears of its own', async () => {
    await paid({ contact: CUSTOMER, states: [{ ...sampleStates.planned }] })
    const stranger = sampleId('acct', 99)
    const { row: device } = await gateway.addDevice(2, { account: stranger })
    const same = { ...samplePayment(1), account: stranger, deviceId: device.deviceId }
    expect(await gateway.world.store.commit({ payments: [same] })).toBe('committed')
    const rows = [stranger, ACCOUNT].map((account) => ({
      account,
      event: 'evt_1',
      mode: 'test' as const,
      type: 'offline_payment.received',
      object: 'payment_intent',
      objectId: sampleId('pi', 1),
    }))
    for (const order of [rows, rows.toReversed()])
      await transaction(database().pool, (tx) => queueMailsOfEvents(tx, order, 1))
    const { rows: queued } = await database().pool.query('select account from mails')
    expect(queued).toEqual([{ account: ACCOUNT }])
  })

  test('whom nobody can reach is not written to', async () => {
    await paid({ contact: null, states: [sampleStates.approved] })
    await publish()
    expect(await jobs.runDue()).toBe(0)
  })

  test('row 98: whose webhooks were switched off after days of failing gets a mail that names the address, once', async () => {
    const { clock } = gateway
    const mailDisabled = mailDisabledEndpoint(() => clock.wallMs())
    const webhooks = await createWebhookWorld(database(), clock, { hasDevice: true, mailDisabled })
    const receiver = await createWebhookReceiver()
    receiver.answer(503)
    await webhooks.endpoint(receiver.url)
    await webhooks.happen(3)
    while (webhooks.disabled.length === 0) {
      expect(mails).toEqual([])
      clock.advance(60 * 60_000)
      await webhooks.worker.deliverDue()
      await jobs.runDue()
    }
    await jobs.runDue()
    await webhooks.worker.deliverDue()
    await receiver.close()
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain('TO owner@shop.example')
    expect(mails[0]).toContain('are_switched_off')
    expect(mails[0]).toContain(receiver.url)
  })

  test('SQ16: what the mail server does not take now is tried again under the same id, and refused for good is given up', async () => {
    refusal = Object.assign(new Error(`mailbox of ${CUSTOMER} is busy`), { responseCode: 451 })
    await paid({ contact: CUSTOMER, states: [sampleStates.planned] })
    await publish()
    await jobs.runDue()
    refusal = null
    gateway.clock.advance(60_000)
    await jobs.runDue()
    const ids = mails.map((mail) => /Message-ID: (.*)/.exec(mail)?.[1])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    refusal = Object.assign(new Error(`no such mailbox ${CUSTOMER}`), { responseCode: 550 })
    await transaction(database().pool, (tx) =>
      queueMail(tx, {
        account: ACCOUNT,
        mode: 'test',
        kind: 'payment_declined',
        about: sampleId('pi', 1),
        nowMs: gateway.clock.wallMs(),
      }),
    )
    await jobs.runDue()
    const { rows } = await database().pool.query(
      'select last_error, parked_ms is not null as parked from jobs',
    )
    expect(rows).toEqual([{ last_error: 'mail not taken: EMESSAGE 550', parked: true }])
  })

  test('ST10: a notice is mailed to each seller in his language and on his clock, once, also by two processes', async () => {
    const { clock } = gateway
    const { pool } = database()
    await pool.query(`update accounts set language = 'fr'`)
    await pool.query(`update locations set time_zone = 'America/Montreal'`)
    const window = {
      fromMs: Date.parse('2026-12-06T08:00:00Z'),
      toMs: Date.parse('2026-12-06T09:30:00Z'),
    }
    const notice = { kind: 'maintenance', state: 'planned', window } as const
    const texts = { en: 'New disks.', fr: 'Disques neufs & rapides.' }
    const ids = {
      wallMs: () => Date.parse('2026-12-01T00:00:00Z'),
      randomBytes: (n: number) => nodeCrypto.randomBytes(n),
    }
    await transaction(pool, (tx) => announceNotice(tx, { notice, touches: ['gateway'], texts }, ids))
    await passNoticeTime(pool, window.fromMs)
    const follow = queueNoticeMails(() => clock.wallMs())
    const tellAll = async () => {
      while (await tellNotices(pool, clock.wallMs(), follow)) continue
    }
    await Promise.all([tellAll(), tellAll()])
    await tellAll()
    while ((await jobs.runDue()) > 0) continue
    // That it begins was announced: the clock mails nothing.
    expect(mails).toHaveLength(1)
    const [mail = ''] = mails
    expect(mail).toContain('TO owner@shop.example')
    expect(mail).toMatch(/Subject: .*Maintenance_pr=C3=A9vue/)
    const text = mail.replaceAll('=\r\n', '')
    expect(text).toContain('Disques neufs & rapides.')
    expect(text).not.toContain('New disks.')
    expect(text).toContain('03:00 (America/Montreal)')
    expect(text).toContain('04:30 (America/Montreal)')
    expect(mail).toMatch(/Message-ID: <mail_\w{24}@shop\.example>/)
  })

  test('ST10: who has said no address hears nothing by mail, and nothing waits for it', async () => {
    const { pool } = database()
    await pool.query('update accounts set notice_email = null')
    const notice = { kind: 'incident', state: 'investigating', beganMs: 1 } as const
    const ids = { wallMs: () => 1, randomBytes: (n: number) => nodeCrypto.randomBytes(n) }
    const announced = { notice, touches: ['gateway'], texts: { en: 'Slow.' } } as const
    await transaction(pool, (tx) => announceNotice(tx, announced, ids))
    while (
      await tellNotices(
        pool,
        1,
        queueNoticeMails(() => 1),
      )
    )
      continue
    expect(await jobs.runDue()).toBe(0)
    expect((await pool.query('select from mails')).rowCount).toBe(0)
  })

  async function publish(): Promise<void> {
    const { log, clock } = gateway.world
    const { pool } = database()
    const publishing = {
      pool,
      nowMs: () => clock.wallMs(),
      log,
      render: renderObjects,
      gatewayUrl: 'http://gateway.test',
    }
    while ((await publishEvents({ ...publishing, follow: queueMailsOfEvents })) > 0) continue
  }

  /** As intake and authoriser write a stored payment, with the record that carries the customer's contact. */
  async function paid(how: {
    readonly contact: string | null
    readonly states: NonNullable<SamplePayment['states']>
  }): Promise<void> {
    const { world } = gateway
    const [payment, device] = [sampleId('pi', 1), sampleId('dev', 1)]
    const row = samplePayment(1, {
      word: { said: 'accepted', attemptId: sampleId('att', 11), atMs: 1, via: 'offline', kind: 'deferred' },
      states: how.states,
      row: { storedMs: 1 },
    })
    const [key] = world.keys.sealPublicKeys
    if (key === undefined) throw new Error('the test gateway has a key')
    const context = { account: ACCOUNT, mode: 'test', device, payment } as const
    const contact =
      how.contact === null
        ? null
        : await sealContact(nodeCrypto, key, context, { email: how.contact, phone: null })
    const change = await settle(world, null, row, world.clock.wallMs())
    expect(await world.store.commit(change)).toBe('committed')
    await database().pool.query(
      `insert into records (account, device, hash, epoch, seq, kind, payment, header, signature, contact, received_ms)
       values ($1, $2, $3, 'ep_1', 1, 'payment.accepted', $4, '{}', 'sig', $5, 1)`,
      [ACCOUNT, device, 'a'.repeat(64), payment, contact],
    )
  }

  async function clearText(): Promise<string> {
    const { rows } = await database().pool.query<{ all: string }>(
      `select concat((select json_agg(m) from mails m), (select json_agg(j) from jobs j),
         (select json_agg(e) from events e), (select json_agg(r) from records r)) as all`,
    )
    return rows[0]?.all ?? ''
  }
})
