import { errorTable } from '@holdfast/protocol'
import { type LostOutcome, resolveLostOutcome } from '../review/resolve-lost-outcome.ts'
import { refused } from '../review/commit-decision.ts'
import { type Asked, type Command, isConfirmed } from './operator.ts'
import { operatorWorld } from './operator-world.ts'
import { withDatabase } from './with-database.ts'

export const reviewResolveCommand: Command = {
  name: 'review resolve',
  usage:
    '<pi_…> --found nothing | --found approval --stan <6 digits> --rrn <12 characters> --transmitted <ISO time> ' +
    '--sale-time <MMDDhhmmss> --approval-code <code> [--response <code>] [--by <who>] [--note <text>] [--yes]',
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
    by: { type: 'string' },
    note: { type: 'string' },
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
      const world = await operatorWorld(pool, operator)
      const said = { by: asked.text('by') ?? 'operator', note: asked.text('note') ?? '' }
      const resolved =
        account === undefined
          ? refused('not_found')
          : await resolveLostOutcome(world, { account, paymentId }, outcome, said)
      if (resolved.result === 'refused') {
        operator.note(errorTable[resolved.code].message)
        return 1
      }
      operator.say(`${paymentId} goes on.`)
      return 0
    })
  },
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
