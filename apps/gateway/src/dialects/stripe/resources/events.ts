import { eventsSource } from '../../../events/event-queries.ts'
import type { Operation } from '../platform/operation.ts'
import { flag, listOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'event'
const reads = { object, needs: { resource: object, access: 'read' } } as const

export const eventOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/events',
    filters: {
      delivery_success: flag().optional(),
      type: text().optional(),
      types: listOf(text()).optional(),
    },
    source: ({ scope }, { type, types, delivery_success: isDelivered = null }) =>
      eventsSource(scope, { types: types ?? (type === undefined ? null : [type]), isDelivered }),
  }),
  retrieve({ ...reads, path: '/events/:id' }),
]
