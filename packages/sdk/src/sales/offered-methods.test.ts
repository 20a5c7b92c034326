import type { Lease } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { sampleLease } from '../test-support/sample-lease.ts'
import { goOffline, journalOf, openSale, openWorld, sell, type World } from '../test-support/world.ts'

function worldOffering(offered: NonNullable<Lease['offered']>): Promise<World> {
  return openWorld({ before: (gateway) => (gateway.lease = sampleLease({ offered })) })
}

test('ST14: a card of a brand that is not offered is refused after it is read and before anything of it is sent, and the sale goes on with another', async () => {
  const world = await worldOffering({ brands: ['mastercard'], entryModes: ['contact'] })
  const intent = await openSale(world)
  const refused = { status: 'refused', code: 'card_brand_not_offered' }
  expect(await world.terminal.collectPaymentMethod(intent)).toEqual(refused)
  expect(world.reader.completed).toMatchObject([{ answer: { online: 'unable' } }])
  expect((await journalOf(world)).map(({ kind }) => kind)).not.toContain('attempt.started')
  world.reader.card = { facts: { brand: 'mastercard' } }
  expect(await world.terminal.collectPaymentMethod(intent)).toMatchObject({ status: 'collected' })
  await world.terminal.close()
})

test('ST14: the reader is armed for the offered ways only; what another reader reads in another way is refused', async () => {
  const world = await worldOffering({ brands: ['visa'], entryModes: ['contact', 'keyed'] })
  expect(world.terminal.availableCardEntryMethods()).toEqual(['contact'])
  expect(world.terminal.settings()?.offered).toEqual({ brands: ['visa'], entryModes: ['contact', 'keyed'] })
  world.reader.card = { facts: { entryMode: 'contactless' } }
  const collected = await world.terminal.collectPaymentMethod(await openSale(world))
  expect(collected).toEqual({ status: 'refused', code: 'entry_mode_not_offered' })
  expect(world.reader.armed.at(-1)).toEqual(['contact'])
  await world.terminal.close()
})

test('ST14: where the reader can read in no way that is offered, it is not armed at all', async () => {
  const world = await worldOffering({ brands: ['visa'], entryModes: ['magnetic_stripe'] })
  const collected = await world.terminal.collectPaymentMethod(await openSale(world))
  expect(collected).toEqual({ status: 'refused', code: 'entry_mode_not_offered' })
  expect(world.reader.armed).toEqual([])
  await world.terminal.close()
})

test('ST14: what is not offered is not offered offline either', async () => {
  const world = await worldOffering({ brands: ['visa'], entryModes: ['contactless'] })
  await goOffline(world)
  expect(world.terminal.availableCardEntryMethods()).toEqual(['contactless'])
  world.reader.card = { facts: { brand: 'amex', entryMode: 'contactless' } }
  const collected = await world.terminal.collectPaymentMethod(await openSale(world))
  expect(collected).toEqual({ status: 'refused', code: 'card_brand_not_offered' })
  world.reader.card = { facts: { entryMode: 'contactless' } }
  expect((await sell(world)).result).toMatchObject({ status: 'stored' })
  await world.terminal.close()
})
