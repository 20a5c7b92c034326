import type { Increment } from '@holdfast/core'
import { transaction } from '../database/transaction.ts'
import { giveUpIncrement } from '../increments/give-up-increment.ts'
import { openIncrements } from '../increments/increment-row.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const LIST_MAX = 100

export const incrementsListCommand: Command = {
  name: 'increments list',
  usage: '[--account <acct_…>] [--stuck]',
  summary:
    'more that was asked for on holds and is not decided, oldest first; with --stuck what nobody answered',
  options: { account: { type: 'string' }, stuck: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const wanted = { account: asked.text('account'), stuck: asked.has('stuck') }
      const rows = await openIncrements(pool, { ...wanted, nowMs: operator.nowMs(), limit: LIST_MAX })
      const lines = rows.map(({ incrementId, paymentId, amountMinor, fromMinor, currency, ...row }) => [
        incrementId,
        paymentId,
        amountText(String(amountMinor), currency),
        amountText(String(fromMinor), currency),
        row.increment.state,
        timesSent(row.increment),
        row.isStuck ? 'stuck' : '',
        new Date(row.createdMs).toISOString(),
      ])
      const head = ['increment', 'payment', 'more', 'on', 'state', 'sent', 'answer', 'since']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const incrementsGiveUpCommand: Command = {
  name: 'increments give-up',
  usage: '<inc_…> [--yes]',
  noted: 'reason_optional',
  summary: 'a stuck one is taken back from the issuer, so that its payment can be captured without it',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const incrementId = asked.words[0] ?? ''
    if (!isConfirmed(asked, operator, `${incrementId} would be taken back, whatever the issuer has said.`))
      return 3
    return withDatabase(operator, async (pool) => {
      const nowMs = operator.nowMs()
      const givenUp = await transaction(pool, async (tx) => {
        const result = await giveUpIncrement(tx, incrementId, { nowMs })
        if (result.ok) await noteCommand(tx, asked, operator, result.row)
        return result
      })
      if (givenUp.ok) operator.say(`${incrementId} ${DONE[givenUp.becomes]}`)
      else operator.note(REFUSALS[givenUp.refusal])
      return givenUp.ok ? 0 : 1
    })
  },
}

/** Reversals included. */
function timesSent(increment: Increment): string {
  const asked = 'sending' in increment ? increment.sending.repeats + 1 : 0
  return String(asked + ('reversal' in increment ? increment.reversal.tries : 0))
}

const DONE = {
  canceled: 'had not left, and is called off.',
  reversing: 'is taken back: the acquirer is told until it answers.',
}

const REFUSALS = {
  increment_missing: 'There is no increment of this id.',
  increment_awaited: 'Its answer may still come. Look again in a minute.',
  increment_over: 'It is being taken back already, or has ended.',
  increment_in_doubt:
    'A lost database may know more of it. The acquirer is asked for it when it can be reached.',
}
