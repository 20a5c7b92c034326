import { connectionCode, locationOfToken, mintConnectionToken } from '../../../devices/connection-token.ts'
import type { ObjectKind } from '../platform/object-kinds.ts'
import { newObjectId, type Operation, write } from '../platform/operation.ts'
import { text } from '../platform/parameter-kinds.ts'

const object = 'terminal.connection_token'

/** Nothing of it is kept but a keyed hash of its code: the call that makes it adds the secret. */
export const connectionTokenKind: ObjectKind = {
  render: (_db, _scope, ids) => Promise.resolve(new Map(ids.map((id) => [id, { id, object }]))),
  expandable: {},
}

/** `secret` ends in a device code: `pst_test_` and the eight characters that enrol one till at the location. */
export const connectionTokenOperations: readonly Operation[] = [
  write({
    object,
    needs: { resource: 'terminal_connection_token', access: 'write' },
    path: '/terminal/connection_tokens',
    parameters: { location: text().optional() },
    async effect(tx, context, { location = null }) {
      const { world, codeKey, scope } = context
      const token = { id: newObjectId(context, 'tct'), location, nowMs: world.clock.wallMs() }
      const isMinted = await mintConnectionToken(tx, { crypto: world.crypto, codeKey }, scope, token)
      if (isMinted) return { done: token.id }
      return { missing: { object: 'terminal.location', id: location ?? '', param: 'location' } }
    },
    async complete({ world, codeKey, scope, pool }, { id }) {
      const codes = { crypto: world.crypto, codeKey }
      const location = await locationOfToken(pool, codes, scope.account, id)
      return {
        object,
        ...(location === null ? {} : { location }),
        secret: `pst_${scope.mode}_${await connectionCode(codes, id)}`,
      }
    },
  }),
]
