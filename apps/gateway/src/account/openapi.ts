import { type AccountOperation, accountOperations } from '@holdfast/protocol/account'
import * as z from 'zod'

/** OpenAPI 3.1 of the account API, made of the very schemas that check its requests and answers. */
export function accountOpenapi(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of accountOperations) {
    const path = `/account/v1${operation.path}`
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast account API',
      version: '1',
      description:
        'What a merchant decides and sees of its devices and offline payments. Stripe’s resources are under /v1.',
    },
    security: [{ secretKey: [] }],
    components: {
      securitySchemes: { secretKey: { type: 'http', scheme: 'bearer', description: 'A secret key, `sk_…`' } },
      schemas: { Error: ERROR },
    },
    paths,
  }
}

function describe({ id, summary, params, query, body, answer }: AccountOperation): object {
  const parameters = [
    ...(params === undefined ? [] : parametersOf(params, 'path')),
    ...(query === undefined ? [] : parametersOf(query, 'query')),
  ]
  return {
    operationId: id,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }),
    responses: {
      200: { description: 'Done', content: json(schemaOf(answer, 'output')) },
      default: { description: 'Refused, or at fault', content: json({ $ref: '#/components/schemas/Error' }) },
    },
  }
}

function parametersOf({ shape }: z.ZodObject, place: 'path' | 'query'): object[] {
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path',
    // Every value of a shape is a schema; the type of a shape in general does not say so.
    schema: schemaOf(schema as z.ZodType, 'output'),
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function json(schema: object): object {
  return { 'application/json': { schema } }
}

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'retryable', 'doc_url'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        retryable: { type: 'boolean' },
        param: { type: 'string' },
        doc_url: { type: 'string' },
      },
    },
  },
}
