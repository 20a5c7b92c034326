import { eventsSource } from '../../../events/event-queries.ts'
import type { Operation } from '../platform/operation.ts'
import { listOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'event'
const reads = { object, needs: { resource: object, access: 'read' } } as const

export const eventOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/events',
    filters: { type: text().optional(), types: listOf(text()).optional() },
    source: ({ scope }, { type, types }) =>
      eventsSource(scope, types ?? (type === undefined ? null : [type])),
  }),
  retrieve({ ...reads, path: '/events/:id' }),
]
