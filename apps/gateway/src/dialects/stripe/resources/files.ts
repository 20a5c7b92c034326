import { storableText } from '../../../database/storable-text.ts'
import { hasRoomForFile } from '../../../files/files-bound.ts'
import { FILE_BYTES_MAX, fileTypeOf } from '../../../files/file-type.ts'
import { filesSource, insertFile, readFileContent } from '../../../files/file-store.ts'
import { moneyRefusal } from '../money-refusal.ts'
import { type Effect, newObjectId, type Operation, pathId, read, write } from '../platform/operation.ts'
import { text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'
import { invalidParameter } from '../stripe-refusal.ts'

const object = 'file'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const FILENAME_MAX = 200

/** Evidence for disputes; Stripe's other purposes have nothing here that would use them. */
export const fileOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/files',
    filters: { purpose: text().optional() },
    source: ({ scope }, { purpose = null }) => filesSource(scope, purpose),
  }),
  retrieve({ ...reads, path: '/files/:id' }),
  read({
    needs: reads.needs,
    path: '/files/:id/contents',
    parameters: {},
    async run(context) {
      const id = pathId(context)
      const content = await readFileContent(context.pool, context.scope, id)
      return content === null ? { missing: { object, id, param: 'id' } } : { body: content }
    },
  }),
  write({
    object,
    needs: { resource: object, access: 'write' },
    path: '/files',
    parameters: { file: text(), purpose: text() },
    async effect(tx, context, { purpose }): Promise<Effect> {
      const { upload } = context
      if (purpose !== 'dispute_evidence')
        return refuse('purpose', `Invalid purpose: ${purpose}. Files are taken for dispute_evidence only.`)
      if (upload === null) return refuse('file', 'Invalid file: send it as multipart/form-data.')
      const { content, filename } = upload
      if (content.length > FILE_BYTES_MAX)
        return refuse(
          'file',
          `Invalid file: it has ${content.length} bytes, and at most ${FILE_BYTES_MAX} are taken.`,
        )
      const type = fileTypeOf(content)
      if (type === null)
        return refuse('file', 'Invalid file: it is neither a PDF nor a JPEG nor a PNG, by its first bytes.')
      if (!(await hasRoomForFile(tx, context.scope, content.length, context.filesBound)))
        return { refusal: moneyRefusal('file_storage_full') }
      const id = newObjectId(context, 'file')
      const createdMs = context.world.clock.wallMs()
      const name = storableText.min(1).safeParse(filename.slice(0, FILENAME_MAX)).data ?? null
      await insertFile(tx, context.scope, { id, purpose, filename: name, type, content, createdMs })
      return { done: id }
    },
  }),
]

function refuse(param: string, message: string): Effect {
  return { refusal: invalidParameter(param, message) }
}
