import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import * as protocol from './index.ts'

/** Change these only together with `PROTOCOL_VERSION` and its table. Version 1 of the record never changes (P8). */
const PINNED: Readonly<Record<string, string>> = {}

const schemas = Object.entries(protocol).filter(
  (entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType,
)

test.each(schemas)('%s crosses the wire as it did in the version that is pinned', (name, schema) => {
  const json = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }))
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16)
  expect(hash).toBe(PINNED[name])
})

test('every pinned schema still exists', () => {
  expect(Object.keys(PINNED).sort()).toEqual(schemas.map(([name]) => name).sort())
})
