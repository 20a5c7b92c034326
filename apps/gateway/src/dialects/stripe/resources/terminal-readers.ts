import type { Tx } from '../../../database/transaction.ts'
import { changedMetadata } from '../../../metadata/metadata.ts'
import { findReaders, readersSource, saveReader } from '../../../readers/reader-store.ts'
import { holdObject } from '../platform/hold-object.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import { type Operation, type StripeContext, viewingOf, write } from '../platform/operation.ts'
import { emptyable, metadata, oneOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'
import { DEVICE_TYPE } from '../render-terminal.ts'

const object = 'terminal.reader'
const reads = { object, needs: { resource: 'terminal_reader', access: 'read' } } as const
const writes = { object, needs: { resource: 'terminal_reader', access: 'write' } } as const
const path = '/terminal/readers'

/** Readers come with the devices that are enrolled; here they are found, named and taken out of use. */
export const readerOperations: readonly Operation[] = [
  list({
    ...reads,
    path,
    filters: {
      device_type: text().optional(),
      location: text().optional(),
      serial_number: text().optional(),
      status: oneOf(['online', 'offline']).optional(),
    },
    source(
      context,
      { device_type: type = DEVICE_TYPE, location = null, serial_number: serial = null, status = null },
    ) {
      const { items, values } = readersSource(viewingOf(context), { location, serialNumber: serial, status })
      // Stripe's list of types is long and grows; ours are all of one.
      return { items: `${items} and ${type === DEVICE_TYPE}`, values }
    },
  }),
  retrieve({ ...reads, path: `${path}/:id` }),
  write({
    ...writes,
    path: `${path}/:id`,
    parameters: { label: emptyable(text(200)).optional(), metadata: metadata().optional() },
    async effect(tx, context, { label, metadata: change }) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      const changed = changedMetadata(before.metadata, change)
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      const named = label === undefined ? before.label : label
      await saveReader(tx, context.scope.account, { ...before, label: named, metadata: changed.metadata })
      return { done: before.id }
    },
  }),
  write({
    ...writes,
    method: 'DELETE',
    path: `${path}/:id`,
    parameters: {},
    async effect(tx, context) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      const deletedMs = Math.max(context.world.clock.wallMs(), before.createdMs)
      await saveReader(tx, context.scope.account, { ...before, deletedMs })
      return { done: before.id }
    },
  }),
]

function hold(tx: Tx, context: StripeContext) {
  return holdObject(context, object, (ids) => findReaders(tx, viewingOf(context), ids, { forUpdate: true }))
}
