import { toBase64Url } from '@holdfast/core'
import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type FeedAnswer, feedAnswer, type ServiceNotice, serviceNotices } from '@holdfast/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { announceNotice } from '../notices/change-notice.ts'
import type { Notice } from '../notices/notice.ts'
import { readNotices } from '../notices/read-notices.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestDevice } from '../test-support/test-device.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'

const HOUR_MS = 3_600_000
const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
})

afterEach(() => gateway.close())

async function feed(query = '&notices=1'): Promise<FeedAnswer> {
  const answer = await gateway.api(
    await device.request('GET', `/device/v1/feed?generation=1&after=0&waitMs=0${query}`),
  )
  return feedAnswer.parse(answer.body)
}

async function heard(): Promise<readonly ServiceNotice[] | null> {
  const { notices } = await feed()
  const { keyId, publicKey } = gateway.world.keys.signing
  const keys = [{ keyId, publicKey: toBase64Url(publicKey) }]
  const said =
    notices === undefined ? null : await openStatement(nodeCrypto, keys, 'notices', serviceNotices, notices)
  return said?.notices ?? null
}

async function announce(notice: Notice): Promise<void> {
  const ids = {
    wallMs: () => gateway.clock.wallMs(),
    randomBytes: (n: number) => nodeCrypto.randomBytes(n),
  }
  const announced = { notice, touches: ['gateway'], texts: { en: 'New disks.' } } as const
  await transaction(database().pool, (tx) => announceNotice(tx, announced, ids))
}

async function look(): Promise<void> {
  const nowMs = gateway.clock.wallMs()
  gateway.notices.learn(await readNotices(database().pool, nowMs), nowMs)
}

function inHours(from: number, to: number): Notice {
  const nowMs = gateway.clock.wallMs()
  const window = { fromMs: nowMs + from * HOUR_MS, toMs: nowMs + to * HOUR_MS }
  return { kind: 'maintenance', state: 'planned', window }
}

test('ST10: a till that asks hears, signed, of what runs and of what is planned from a day before; an older one gets the answer that it knows', async () => {
  expect((await feed()).notices).toBeUndefined()
  await announce({ kind: 'incident', state: 'investigating', beganMs: 1 })
  await announce(inHours(23, 25))
  await announce(inHours(25, 26))
  await look()
  expect(await heard()).toMatchObject([
    { kind: 'incident', state: 'investigating', endsMs: null, texts: { en: 'New disks.' } },
    { kind: 'maintenance', state: 'planned', startsMs: gateway.clock.wallMs() + 23 * HOUR_MS },
  ])
  expect(Object.keys(await feed(''))).toEqual(['generation', 'items', 'lease', 'standing'])
  gateway.clock.advance(2 * HOUR_MS)
  expect(await heard()).toHaveLength(3)
})

test('ST10: while the notices cannot be read tills are told what was read, and more than a screen of them is left out', async () => {
  for (const from of [1, 2, 3, 4, 5, 6]) await announce(inHours(from, from + 1))
  await look()
  gateway.notices.fail()
  expect(await heard()).toHaveLength(5)
})
