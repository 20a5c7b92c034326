import { TEST_CARDS } from './cards.ts'

const amount = { type: 'integer', minimum: 0, maximum: 999_999_999_999 }
const yes = { const: true }
const cardName = { enum: TEST_CARDS.map(({ name }) => name) }
const currency = { type: 'string', pattern: '^[0-9]{3}$' }
const text = { type: 'string', minLength: 1, maxLength: 60 }

export const ruleSchema = only({
  match: only(
    {
      card: cardName,
      amountMinor: amount,
      deferred: { type: 'boolean' },
      next: { type: 'integer', minimum: 1 },
      message: { enum: ['authorisation', 'increment', 'refund', 'advice', 'reversal', 'batch', 'network'] },
    },
    [],
  ),
  do: {
    ...only(
      {
        responseCode: { type: 'string', pattern: '^[0-9A-Z]{2}$' },
        approvedMinor: amount,
        drop: { enum: ['before', 'after'] },
        lateAnswer: yes,
        cut: {
          type: ['boolean', 'object'],
          if: { type: 'boolean' },
          // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
          then: yes,
          else: only({ afterBytes: { type: 'integer', minimum: 0, maximum: 65_535 } }),
        },
        delayMs: { type: 'integer', minimum: 0, maximum: 600_000 },
        duplicate: yes,
        wrongMac: yes,
        garbage: yes,
      },
      [],
    ),
    minProperties: 1,
  },
})

export const journalQuerySchema = only({ rrn: { type: 'string' }, terminal: { type: 'string' } }, [])

export const accountSchema = only(
  {
    card: cardName,
    currency,
    availableMinor: { ...amount, type: ['integer', 'null'] },
    partialApprovals: { type: 'boolean' },
  },
  ['card', 'currency', 'availableMinor'],
)

export const chargebackSchema = only(
  {
    rrn: text,
    terminal: text,
    amountMinor: { ...amount, minimum: 1 },
    reason: text,
    stage: { enum: ['inquiry', 'chargeback'] },
  },
  ['rrn', 'reason'],
)

export const chargebackMoveSchema = only({ stage: { enum: ['chargeback', 'won', 'lost'] } })

/** A page of what is told in order; read with `coerceTypes` off, so the digits are text. */
export const afterSchema = only({ after: { type: 'string', pattern: '^[0-9]{1,12}$' } }, [])

export const fundingTermsSchema = only({
  basisPoints: { type: 'integer', minimum: 0, maximum: 10_000 },
  fixedMinor: amount,
  chargebackMinor: amount,
})

export const clockSchema = only({ advanceMs: { type: 'integer', minimum: 0, maximum: 366 * 86_400_000 } })

/** These properties and no others; all of them required where nothing else is said. */
function only(properties: Record<string, object>, required = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false }
}
