import type { Tx } from '../../../database/transaction.ts'
import { changeLocation, newLocation } from '../../../locations/change-location.ts'
import {
  findLocations,
  isLocationInUse,
  locationsSource,
  saveLocation,
} from '../../../locations/location-store.ts'
import { findConfigurations } from '../../../terminal-configurations/configuration-store.ts'
import { holdObject } from '../platform/hold-object.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import {
  type Missing,
  newObjectId,
  type Operation,
  type StripeContext,
  write,
} from '../platform/operation.ts'
import { address, emptyable, hash, metadata, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'terminal.location'
const reads = { object, needs: { resource: 'terminal_location', access: 'read' } } as const
const writes = { object, needs: { resource: 'terminal_location', access: 'write' } } as const
const path = '/terminal/locations'

const fields = {
  configuration_overrides: emptyable(text()).optional(),
  metadata: metadata().optional(),
  phone: emptyable(text(20)).optional(),
}

export const locationOperations: readonly Operation[] = [
  list({ ...reads, path, filters: {}, source: ({ scope }) => locationsSource(scope) }),
  retrieve({ ...reads, path: `${path}/:id` }),
  write({
    ...writes,
    path,
    parameters: {
      ...fields,
      display_name: text(200),
      address: hash({ ...address().shape, country: text(2) }),
    },
    async effect(tx, context, { configuration_overrides: configuration, display_name: name, ...given }) {
      const missing = await missingConfiguration(tx, context, configuration)
      if (missing !== null) return { missing }
      const blank = newLocation(newObjectId(context, 'loc'), context.world.clock.wallMs())
      const changed = changeLocation(blank, { ...given, name, configuration })
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      await saveLocation(tx, context.scope, changed.location)
      return { done: blank.id }
    },
  }),
  write({
    ...writes,
    path: `${path}/:id`,
    parameters: { ...fields, display_name: text(200).optional(), address: address().optional() },
    async effect(tx, context, { configuration_overrides: configuration, display_name: name, ...given }) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      const missing = await missingConfiguration(tx, context, configuration)
      if (missing !== null) return { missing }
      const changed = changeLocation(before, { ...given, name, configuration })
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      await saveLocation(tx, context.scope, changed.location)
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
      if (await isLocationInUse(tx, context.scope.account, before.id)) {
        const message = 'Devices in use stand at this location. Revoke them or move them first.'
        return { refusal: { code: 'state_unfit', message, param: 'id' } }
      }
      const deletedMs = Math.max(context.world.clock.wallMs(), before.createdMs)
      await saveLocation(tx, context.scope, { ...before, deletedMs })
      return { done: before.id }
    },
  }),
]

function hold(tx: Tx, context: StripeContext) {
  return holdObject(context, object, (ids) => findLocations(tx, context.scope, ids, { forUpdate: true }))
}

async function missingConfiguration(
  tx: Tx,
  { scope }: StripeContext,
  id: string | null | undefined,
): Promise<Missing | null> {
  if (id === null || id === undefined) return null
  const [found] = await findConfigurations(tx, scope, [id])
  if (found !== undefined && found.deletedMs === null) return null
  return { object: 'terminal.configuration', id, param: 'configuration_overrides' }
}
