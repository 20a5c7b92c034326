import { transaction } from '../database/transaction.ts'
import type { MoneyWork } from '../money/money-task.ts'
import { parkedTasks, resolveParkedTask } from '../money/parked-tasks.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Asked, type Command, type ExitCode, isConfirmed, type Operator } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const LIST_MAX = 100

export const tasksListCommand: Command = {
  name: 'tasks list',
  usage: '[--account <acct_…>]',
  summary: 'what was to be done about the money of a payment and was set aside for you, oldest first',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const tasks = await parkedTasks(pool, { account: asked.text('account'), limit: LIST_MAX })
      const lines = tasks.map(({ taskId, paymentId, work, attention, createdMs }) => [
        taskId,
        paymentId,
        work.kind,
        amountOf(work),
        attention,
        new Date(createdMs).toISOString(),
      ])
      const head = ['task', 'payment', 'what', 'amount', 'why', 'since']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const tasksRetryCommand: Command = {
  name: 'tasks retry',
  usage: '<task> [--yes]',
  summary: 'a task that was set aside is done again; a gateway that runs does the rest',
  noted: 'reason_optional',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) => resolve(asked, operator, 'retried'),
}

export const tasksCloseCommand: Command = {
  name: 'tasks close',
  usage: '<task> [--yes]',
  summary: 'a task that was set aside is over, and nothing comes of it: you have seen to it',
  noted: 'with_reason',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) => resolve(asked, operator, 'closed'),
}

async function resolve(asked: Asked, operator: Operator, how: 'retried' | 'closed'): Promise<ExitCode> {
  const taskId = asked.words[0] ?? ''
  if (!isConfirmed(asked, operator, `${taskId} would be ${how}.`)) return 3
  return withDatabase(operator, async (pool) => {
    const isDone = await transaction(pool, async (tx) => {
      const owner = await resolveParkedTask(tx, taskId, { how, nowMs: operator.nowMs() })
      if (owner !== null) await noteCommand(tx, asked, operator, owner)
      return owner !== null
    })
    if (!isDone) {
      operator.note('No such task is set aside.')
      return 1
    }
    operator.say(`${taskId} is ${how}.`)
    return 0
  })
}

function amountOf(work: MoneyWork): string {
  switch (work.kind) {
    case 'tip':
      return amountText(String(work.tipMinor), work.currency)
    case 'capture_request':
    case 'refund_request':
      return amountText(String(work.amountMinor), work.currency)
    case 'approved':
    case 'declined':
    case 'voided':
    case 'capture_expiry':
      return ''
  }
}
