import { Ajv } from 'ajv'
import { expect } from 'vitest'
import schema from '../../test-data/stripe-schema.json' with { type: 'json' }

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(schema, 'stripe')

export type StripeNoun = 'payment_intent' | 'charge' | 'error'

export function fitsStripe(noun: StripeNoun, answer: unknown): boolean {
  return ajv.validate(`stripe#/definitions/${noun}`, answer)
}

/** Expects what Stripe's own document asks for, and gives the answer back. */
export function valid<Answer extends object>(noun: StripeNoun, answer: Answer): Answer {
  fitsStripe(noun, JSON.parse(JSON.stringify(answer)))
  expect(ajv.errors ?? []).toEqual([])
  return answer
}
