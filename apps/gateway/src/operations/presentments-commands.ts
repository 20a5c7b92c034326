import { transaction } from '../database/transaction.ts'
import { openPresentments } from '../presentments/presentment-row.ts'
import { giveUpPresentment, retryPresentment } from '../presenter/resolve-presentment.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Asked, type Command, type ExitCode, idsOf, isConfirmed, type Operator } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const LIST_MAX = 100

export const presentmentsListCommand: Command = {
  name: 'presentments list',
  usage: '[--account <acct_…>] [--stuck]',
  summary:
    'captures and refunds that the acquirer has not taken yet, oldest first; with --stuck those that wait for you',
  options: { account: { type: 'string' }, stuck: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const wanted = { account: asked.text('account'), stuck: asked.has('stuck'), limit: LIST_MAX }
      const lines = (await openPresentments(pool, wanted)).map(({ presentment, ...row }) => [
        row.presentmentId,
        row.subjectKind,
        row.paymentId ?? 'without its payment',
        amountText(String(row.amountMinor), row.currency),
        presentment.state,
        'sending' in presentment ? String((presentment.sending?.repeats ?? -1) + 1) : '0',
        'responseCode' in presentment ? (presentment.responseCode ?? '') : '',
        presentment.state === 'needs_attention' ? presentment.why : '',
        row.late ? 'nearly over' : '',
        new Date(row.createdMs).toISOString(),
      ])
      const head = [
        'presentment',
        'what',
        'payment',
        'amount',
        'state',
        'sent',
        'answer',
        'why',
        'window',
        'since',
      ]
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const presentmentsRetryCommand: Command = {
  name: 'presentments retry',
  usage: '<prs_…> [--yes]',
  summary: 'a stuck one goes to the acquirer again; a gateway that runs does the rest',
  noted: 'reason_optional',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) =>
    resolve(asked, operator, {
      would: 'would go to the acquirer again.',
      resolveIt: retryPresentment,
      done: 'goes out again.',
    }),
}

export const presentmentsGiveUpCommand: Command = {
  name: 'presentments give-up',
  usage: '<prs_…> [--yes]',
  summary: 'the acquirer will never take it: a refund goes back to the merchant, a capture brings no money',
  noted: 'with_reason',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) =>
    resolve(asked, operator, {
      would: 'would never go to the acquirer any more.',
      resolveIt: giveUpPresentment,
      done: 'is given up.',
    }),
}

async function resolve(
  asked: Asked,
  operator: Operator,
  {
    would,
    resolveIt,
    done,
  }: { readonly would: string; readonly resolveIt: typeof retryPresentment; readonly done: string },
): Promise<ExitCode> {
  const presentmentId = asked.words[0] ?? ''
  if (!isConfirmed(asked, operator, `${presentmentId} ${would}`)) return 3
  return withDatabase(operator, async (pool) => {
    const resolved = await transaction(pool, async (tx) => {
      const result = await resolveIt(tx, presentmentId, idsOf(operator))
      if (result.ok) await noteCommand(tx, asked, operator, result.presentment)
      return result
    })
    if (resolved.ok) operator.say(`${presentmentId} ${done}`)
    else operator.note(REFUSALS[resolved.refusal])
    return resolved.ok ? 0 : 1
  })
}

const REFUSALS = {
  presentment_missing: 'There is no presentment of this id.',
  presentment_not_stuck: 'It does not wait for anybody: it goes on by itself, or has ended.',
}
