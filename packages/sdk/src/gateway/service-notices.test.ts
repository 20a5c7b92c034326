import type { ServiceNotice } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { sampleLease } from '../test-support/sample-lease.ts'
import { goOffline, openWorld, sell, type World } from '../test-support/world.ts'

const NOTICE: ServiceNotice = {
  notice: 'ntc_000000000000000000000001',
  kind: 'maintenance',
  state: 'running',
  startsMs: 1_000,
  endsMs: 2_000,
  texts: { en: 'New disks.' },
}

const heard = ({ events }: World) =>
  events.flatMap((event) => (event.type === 'serviceNoticesChanged' ? [event.notices] : []))

test('ST10: what is announced is heard by the feed, told when it changes and only then, and is over when nothing is said', async () => {
  const world = await openWorld()
  expect(world.terminal.serviceNotices()).toEqual([])
  world.gateway.notices = [NOTICE]
  await world.clock.advance(120_000)
  expect(world.terminal.serviceNotices()).toEqual([NOTICE])
  expect(heard(world)).toEqual([[NOTICE]])
  world.gateway.notices = []
  await world.clock.advance(60_000)
  expect(world.terminal.serviceNotices()).toEqual([])
  expect(heard(world)).toEqual([[NOTICE], []])
  await world.terminal.close()
})

test('ST10: an announcement changes nothing that is sold, and stays while the gateway is away', async () => {
  const world = await openWorld()
  world.gateway.notices = [NOTICE]
  await world.clock.advance(60_000)
  expect((await sell(world)).result).toMatchObject({ status: 'approved' })
  await goOffline(world)
  expect((await sell(world)).result).toMatchObject({ status: 'stored' })
  expect(world.terminal.serviceNotices()).toEqual([NOTICE])
  await world.terminal.close()
})

test('ST10: what a later gateway announces in another form is not shown, and holds up nothing else of the feed', async () => {
  const world = await openWorld()
  // A kind that this version does not know.
  world.gateway.notices = [{ ...NOTICE, kind: 'weather' } as unknown as ServiceNotice]
  world.gateway.lease = sampleLease({ number: 2, accountName: 'Bistro' })
  await world.clock.advance(60_000)
  expect(heard(world)).toEqual([])
  expect(world.terminal.settings()?.accountName).toBe('Bistro')
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await world.terminal.close()
})
