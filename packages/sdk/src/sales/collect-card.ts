import { methodRefusal, must, newId, offeredModes } from '@holdfast/core'
import type { Reader } from '@holdfast/protocol'
import { type Device, idSourceOf, readerIdOf } from '../device.ts'
import type { CollectResult } from './payment-intent.ts'
import type { Sale } from './sale.ts'
import { isPublishedTestCard } from './test-cards.ts'

/** Arms the reader for this sale and keeps what it read until the sale is confirmed. */
export async function collectCard(device: Device, sale: Sale, reader: Reader): Promise<CollectResult> {
  await putDown(sale)
  const { journal, deps } = device
  const { lease, enrolment, time } = journal.state
  const readId = newId('read', idSourceOf(deps))
  const { paymentId, money } = sale.intent
  const offered = lease.offered ?? null
  const entryModes = offeredModes(offered, reader.info.entryModes)
  if (entryModes.length === 0) return { status: 'refused', code: 'entry_mode_not_offered' }
  const begun = await reader
    .begin({
      readId,
      money,
      context: {
        account: enrolment.account,
        mode: enrolment.mode,
        device: enrolment.device,
        reader: readerIdOf(journal.state, reader.info),
        payment: paymentId,
        read: readId,
        ...money,
      },
      sealKey: must(lease.sealKeys[0], 'a lease names a key to seal to'),
      nowMs: time.nowMs,
      utcOffsetMin: time.utcOffsetMin,
      entryModes,
    })
    .catch(() => ({ status: 'failed', code: 'card_unreadable' }) as const)
  if (begun.status === 'canceled') return { status: 'canceled' }
  if (begun.status === 'failed') return { status: 'refused', code: begun.code }
  sale.card = { read: begun.read, reader }
  if (enrolment.mode === 'live' && isPublishedTestCard(begun.read.facts)) {
    await putDown(sale)
    return { status: 'refused', code: 'test_card_in_live_mode' }
  }
  // A reader of somebody else's may not know what it was armed for.
  const refusal = methodRefusal(offered, begun.read.facts)
  if (refusal !== null) {
    await putDown(sale)
    return { status: 'refused', code: refusal }
  }
  if (begun.read.cryptogram !== 'AAC') return { status: 'collected', card: begun.read.facts }
  await putDown(sale)
  return { status: 'refused', code: 'offline_card_declined' }
}

/** Ends the session of a card that was read and is not going to be confirmed. */
export async function putDown(sale: Sale): Promise<void> {
  const { card, waiting } = sale
  sale.card = null
  sale.waiting = null
  if (waiting !== null && waiting.completed !== null) return
  await card?.reader.complete(card.read.readId, { online: 'unable' }).catch(() => null)
}
