import { createChangeNotifier } from '../change-notifier.ts'
import { defaultAcquirerProfile } from '../authoriser/acquirer-profile.ts'
import type { GatewayWorld } from '../gateway-world.ts'
import { loadGatewayKeys } from '../keys/gateway-keys.ts'
import {
  ADVICE_REFUSED,
  type LostOutcome,
  OUTCOME_LOST,
  type Resolved,
  resolveLostOutcome,
  RETRIES_USED_UP,
} from '../payments/resolve-lost-outcome.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { createSystemClock } from '../system-clock.ts'
import type { Pool } from 'pg'
import { amountText } from './amount-text.ts'
import { type Asked, type Command, isConfirmed, type Operator } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

interface WaitingPayment {
  readonly payment: string
  readonly mode: string
  readonly amount_minor: string
  readonly currency: string
  readonly attention: string
  readonly opened_ms: number
  readonly device: string
}

interface ParkedRecords {
  readonly device: string
  readonly code: string
  readonly count: string
}

export const reviewListCommand: Command = {
  name: 'review list',
  usage: '[--account <acct_…>]',
  summary: 'payments that only a human can settle, and records of devices that were set aside',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const account = asked.text('account')
      const payments = await pool.query<WaitingPayment>(
        `select payment, mode, amount_minor::text, currency, attention, opened_ms::float8 as opened_ms, device
         from payments where attention is not null and ($1::text is null or account = $1)
         order by opened_ms, payment`,
        [account],
      )
      const lines = payments.rows.map((row) => [
        row.payment,
        row.mode,
        amountText(row.amount_minor, row.currency),
        row.attention,
        new Date(row.opened_ms).toISOString(),
        row.device,
      ])
      const head = ['payment', 'mode', 'amount', 'why', 'sold', 'device']
      for (const line of renderTable(head, lines)) operator.say(line)
      const parked = await pool.query<ParkedRecords>(
        `select device, parked_code as code, count(*)::text as count from records
         where parked_code is not null and ($1::text is null or account = $1)
         group by device, parked_code order by device, parked_code`,
        [account],
      )
      operator.say('')
      const parkedLines = parked.rows.map(({ device, code, count }) => [device, code, count])
      for (const line of renderTable(['device', 'set aside because', 'records'], parkedLines))
        operator.say(line)
      return 0
    })
  },
}

export const reviewResolveCommand: Command = {
  name: 'review resolve',
  usage:
    '<pi_…> --found nothing | --found approval --stan <6 digits> --rrn <12 characters> --transmitted <ISO time> ' +
    '--sale-time <MMDDhhmmss> --approval-code <code> [--response <code>] [--yes]',
  summary:
    'say what the acquirer’s books hold of a payment whose outcome a restore has lost, or have one tried once more',
  options: {
    found: { type: 'string' },
    stan: { type: 'string' },
    rrn: { type: 'string' },
    transmitted: { type: 'string' },
    'sale-time': { type: 'string' },
    'approval-code': { type: 'string' },
    response: { type: 'string' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const paymentId = asked.words[0] ?? ''
    const outcome = outcomeOf(asked)
    if (outcome === null) {
      operator.note(`Usage: npm run gateway -- review resolve ${reviewResolveCommand.usage}`)
      return 2
    }
    const would =
      outcome.found === 'nothing'
        ? `The issuer is asked for ${paymentId} as for the first time. If an approval stands there after all, the ` +
          'customer pays twice: look up the acquirer’s books by terminal, amount and day first.'
        : `The approval ${outcome.approvalCode} of ${paymentId} is taken as it stands in the acquirer’s books.`
    if (!isConfirmed(asked, operator, would)) return 3
    return withDatabase(operator, async (pool) => {
      const found = await pool.query<{ account: string }>('select account from payments where payment = $1', [
        paymentId,
      ])
      const account = found.rows[0]?.account
      const world = await worldOf(pool, operator)
      const resolved =
        account === undefined
          ? 'payment_not_found'
          : await resolveLostOutcome(world, { account, paymentId }, outcome)
      if (resolved === 'resolved') {
        operator.say(`${paymentId} goes on.`)
        return 0
      }
      operator.note(WHY[resolved])
      return 1
    })
  },
}

const WHY: Readonly<Record<Exclude<Resolved, 'resolved'>, string>> = {
  payment_not_found: 'There is no payment of this id.',
  outcome_not_lost: `This payment does not wait for a word of yours (${OUTCOME_LOST}; or, tried once more by --found nothing: ${RETRIES_USED_UP}, ${ADVICE_REFUSED}).`,
  does_not_fit: 'This does not fit the payment: look at the times and codes again.',
  moved_meanwhile: 'The payment has moved meanwhile. Look at it again.',
}

function outcomeOf(asked: Asked): LostOutcome | null {
  if (asked.text('found') === 'nothing') return { found: 'nothing' }
  if (asked.text('found') !== 'approval') return null
  const [stan, rrn, approvalCode] = [asked.text('stan'), asked.text('rrn'), asked.text('approval-code')]
  const transmittedAtMs = Date.parse(asked.text('transmitted') ?? '')
  const saleTime = /^(\d{4})(\d{6})$/.exec(asked.text('sale-time') ?? '')
  const [, MMDD, hhmmss] = saleTime ?? []
  if (stan === null || rrn === null || approvalCode === null || MMDD === undefined || hhmmss === undefined)
    return null
  if (!/^\d{6}$/.test(stan) || !/^[0-9A-Z]{12}$/.test(rrn) || Number.isNaN(transmittedAtMs)) return null
  const responseCode = asked.text('response') ?? '00'
  return {
    found: 'approval',
    stan,
    rrn,
    transmittedAtMs,
    saleLocalTime: { MMDD, hhmmss },
    responseCode,
    approvalCode,
  }
}

/** A gateway without a line to an acquirer: what it decides, one that runs takes up within a second. */
async function worldOf(pool: Pool, operator: Operator): Promise<GatewayWorld> {
  const secrets = operator.secrets()
  if (secrets === null)
    throw new Error('The gateway secret is not at hand: an outcome cannot be signed without it.')
  const clock = createSystemClock()
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    operator.note(`${message} ${JSON.stringify(fields)}`)
  return {
    store: createPostgresGatewayStore(pool),
    clock,
    crypto: operator.crypto,
    keys: await loadGatewayKeys(pool, operator.crypto, secrets, operator.nowMs()),
    profile: defaultAcquirerProfile,
    log: { info: note, error: note },
    changes: createChangeNotifier(clock),
  }
}
