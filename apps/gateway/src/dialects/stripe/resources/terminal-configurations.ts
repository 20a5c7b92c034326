import { currencies } from '@holdfast/core'
import * as z from 'zod'
import type { Tx } from '../../../database/transaction.ts'
import {
  configurationsSource,
  ensureDefaultConfiguration,
  findConfigurations,
  saveConfiguration,
  type TerminalConfiguration,
} from '../../../terminal-configurations/configuration-store.ts'
import { holdObject } from '../platform/hold-object.ts'
import { newObjectId, type Operation, type StripeContext, write } from '../platform/operation.ts'
import { emptyable, flag, hash, integer, listOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'terminal.configuration'
const reads = { object, needs: { resource: 'terminal_configuration', access: 'read' } } as const
const writes = { object, needs: { resource: 'terminal_configuration', access: 'write' } } as const
const path = '/terminal/configurations'

const tips = hash({
  fixed_amounts: listOf(integer({ min: 0 })).optional(),
  percentages: listOf(integer({ min: 0, max: 100 })).optional(),
  smart_tip_threshold: integer({ min: 0 }).optional(),
})
const hour = integer({ min: 0, max: 23 })
const fields = {
  name: emptyable(text(100)).optional(),
  offline: emptyable(hash({ enabled: flag() })).optional(),
  reboot_window: emptyable(hash({ start_hour: hour, end_hour: hour })).optional(),
  tipping: emptyable(
    z.strictObject(Object.fromEntries(currencies.map((currency) => [currency, tips.optional()]))),
  ).optional(),
}

export const configurationOperations: readonly Operation[] = [
  list({
    ...reads,
    path,
    filters: { is_account_default: flag().optional() },
    async source(context, { is_account_default: isDefault = null }) {
      const { pool, scope, world } = context
      await ensureDefaultConfiguration(pool, scope, newObjectId(context, 'tmc'), world.clock.wallMs())
      return configurationsSource(scope, isDefault)
    },
  }),
  retrieve({ ...reads, path: `${path}/:id` }),
  write({
    ...writes,
    path,
    parameters: fields,
    async effect(tx, context, given) {
      const blank: TerminalConfiguration = {
        id: newObjectId(context, 'tmc'),
        name: null,
        isAccountDefault: false,
        offlineEnabled: null,
        tipping: null,
        rebootWindow: null,
        createdMs: context.world.clock.wallMs(),
        deletedMs: null,
      }
      await saveConfiguration(tx, context.scope, changed(blank, given))
      return { done: blank.id }
    },
  }),
  write({
    ...writes,
    path: `${path}/:id`,
    parameters: fields,
    async effect(tx, context, given) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      await saveConfiguration(tx, context.scope, changed(before, given))
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
      if (before.isAccountDefault) {
        const message = 'The account’s default configuration cannot be deleted. Change it instead.'
        return { refusal: { code: 'state_unfit', message, param: 'id' } }
      }
      const deletedMs = Math.max(context.world.clock.wallMs(), before.createdMs)
      await saveConfiguration(tx, context.scope, { ...before, deletedMs })
      return { done: before.id }
    },
  }),
]

function hold(tx: Tx, context: StripeContext) {
  return holdObject(context, object, (ids) => findConfigurations(tx, context.scope, ids, { forUpdate: true }))
}

/** What is absent stays; the empty string takes a part away. Tips are replaced as a whole, as in Stripe. */
function changed(
  before: TerminalConfiguration,
  given: {
    readonly name?: string | null | undefined
    readonly offline?: { readonly enabled: boolean } | null | undefined
    readonly reboot_window?: TerminalConfiguration['rebootWindow'] | undefined
    readonly tipping?: TerminalConfiguration['tipping'] | undefined
  },
): TerminalConfiguration {
  const { name, offline, reboot_window: rebootWindow, tipping } = given
  return {
    ...before,
    name: name === undefined ? before.name : name,
    offlineEnabled: offline === undefined ? before.offlineEnabled : (offline?.enabled ?? null),
    rebootWindow: rebootWindow === undefined ? before.rebootWindow : rebootWindow,
    tipping: tipping === undefined ? before.tipping : tipping,
  }
}
