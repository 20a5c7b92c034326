import { nodeCrypto } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import { createTerminal } from '../terminal/terminal.ts'
import { deviceKey } from '../test-support/device-key.ts'
import { DEVICE_ID } from '../test-support/plain-lease.ts'
import { ScriptedGateway } from '../test-support/scripted-gateway.ts'
import { READER_ID, ScriptedReader } from '../test-support/scripted-reader.ts'
import { VirtualClock } from '../test-support/virtual-clock.ts'
import { memoryStore } from '../test-support/world.ts'

const INPUT = { code: 'ABCD2345', name: 'Till 1' }

test('before enrolment nothing is sold and nobody is asked', async () => {
  const { terminal, gateway, clock } = await unenrolled()
  await clock.advance(60_000)
  expect(gateway.requests).toEqual([])
  expect(terminal.deviceId).toBeNull()
  expect(terminal.settings()).toBeNull()
  expect(terminal.offlineStatus()).toMatchObject({ networkStatus: 'unknown', queued: 0 })
  expect(await terminal.createPaymentIntent({ amountMinor: 1, currency: 'eur' })).toEqual({
    status: 'refused',
    code: 'not_enrolled',
  })
  await terminal.close()
})

test('a code makes a device, and a restart finds it without the network', async () => {
  const { terminal, store, gateway, clock } = await unenrolled()
  expect(await terminal.enrol(INPUT)).toEqual({ status: 'enrolled', deviceId: DEVICE_ID })
  expect(terminal.settings()).toMatchObject({
    accountName: 'Café',
    readerId: READER_ID,
    offlineAllowed: true,
  })
  gateway.fault = () => ({ reached: false, why: 'dns' })
  const again = await open(store, gateway, clock)
  expect(again.deviceId).toBe(DEVICE_ID)
  await again.close()
})

test('an answer that was lost costs nothing but another try: the same device comes out', async () => {
  const { terminal, gateway } = await unenrolled()
  gateway.fault = () => 'lost'
  expect(await terminal.enrol(INPUT)).toEqual({ status: 'refused', code: 'service_unavailable' })
  gateway.fault = () => null
  expect(await terminal.enrol(INPUT)).toEqual({ status: 'enrolled', deviceId: DEVICE_ID })
  expect(gateway.codes.size).toBe(1)
  await terminal.close()
})

test('a wrong code is named; a captive portal is no gateway', async () => {
  const { terminal, gateway } = await unenrolled()
  expect(await terminal.enrol({ ...INPUT, code: 'WRONG234' })).toEqual({
    status: 'refused',
    code: 'enrolment_code_invalid',
  })
  gateway.fault = () => ({ reached: true, status: 200, body: '<html>', retryAfterMs: null })
  expect(await terminal.enrol(INPUT)).toEqual({ status: 'refused', code: 'service_unavailable' })
  expect(terminal.deviceId).toBeNull()
  await terminal.close()
})

test('two taps on enrol make one device and one epoch', async () => {
  const { terminal, store } = await unenrolled()
  const both = await Promise.all([terminal.enrol(INPUT), terminal.enrol(INPUT)])
  expect(both.map(({ status }) => status)).toEqual(['enrolled', 'enrolled'])
  expect(await terminal.enrol(INPUT)).toEqual({ status: 'enrolled', deviceId: DEVICE_ID })
  expect(await store.records({ afterSeq: 0, limit: 9 })).toHaveLength(1)
  await terminal.close()
})

async function unenrolled() {
  const clock = new VirtualClock()
  const gateway = new ScriptedGateway(clock)
  gateway.deviceKeyId = deviceKey.keyId
  const store = memoryStore()
  const terminal = await open(store, gateway, clock)
  terminal.useReader(new ScriptedReader())
  return { terminal, gateway, store, clock }
}

function open(store: ReturnType<typeof memoryStore>, network: ScriptedGateway, clock: VirtualClock) {
  return createTerminal({
    store,
    crypto: nodeCrypto,
    key: deviceKey,
    clock,
    network,
    app: 'tests',
    storeName: 'sqlite',
  })
}
