import { Ajv } from 'ajv'
import { expect } from 'vitest'
import schema from '../../test-data/stripe-schema.json' with { type: 'json' }

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(schema, 'stripe')

/** Names of the schema that no `object` says by itself. */
type StripeNoun = keyof typeof schema.definitions

export function fitsStripe(noun: StripeNoun, answer: unknown): boolean {
  return ajv.validate(`stripe#/definitions/${noun}`, answer)
}

/** Expects what Stripe's own document asks for, and gives the answer back. */
export function valid<Answer extends object>(noun: StripeNoun, answer: Answer): Answer {
  fitsStripe(noun, JSON.parse(JSON.stringify(answer)))
  expect(ajv.errors ?? []).toEqual([])
  return answer
}

/** What is wrong with an answer of `/v1`, whatever it is: by its `object`, an error, or a list of such. */
export function misfitsOf(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return ['it is no object']
  if ('error' in answer) return errorsOf('error', answer)
  if (!('object' in answer) || typeof answer.object !== 'string') return ['it has no `object`']
  if (answer.object === 'list' || answer.object === 'search_result') return listMisfits(answer)
  if ('deleted' in answer) return 'id' in answer && answer.deleted === true ? [] : ['it is no deleted object']
  if (!Object.hasOwn(schema.definitions, answer.object)) return [`no schema for ${answer.object}`]
  // Just looked up.
  return errorsOf(answer.object as StripeNoun, answer)
}

function listMisfits(answer: object): string[] {
  const { data, has_more: hasMore, url } = answer as Record<string, unknown>
  if (!Array.isArray(data)) return ['a list has data']
  const shape = typeof hasMore === 'boolean' && typeof url === 'string' ? [] : ['a list has has_more and url']
  return [...shape, ...data.flatMap(misfitsOf)]
}

function errorsOf(noun: StripeNoun, answer: unknown): string[] {
  if (fitsStripe(noun, answer)) return []
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${noun}${instancePath} ${message ?? ''}`)
}
