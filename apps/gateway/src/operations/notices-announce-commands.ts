import { transaction } from '../database/transaction.ts'
import { announceNotice } from '../notices/change-notice.ts'
import { type Notice, planMaintenance } from '../notices/notice.ts'
import { noteCommand } from './note-command.ts'
import { NOTICE_REFUSALS, readAnnouncement, readTime, textOptions, textUsage } from './notice-options.ts'
import { type Asked, type Command, type ExitCode, idsOf, isConfirmed, type Operator } from './operator.ts'
import { withDatabase } from './with-database.ts'

export const noticesPlanCommand: Command = {
  name: 'notices plan',
  usage: `--from <ISO time> --to <ISO time> --touches <component,…> ${textUsage} [--yes]`,
  summary: 'announces maintenance to everybody: status page, tills, webhooks, a mail to each merchant',
  noted: 'reason_optional',
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    touches: { type: 'string' },
    ...textOptions,
    yes: { type: 'boolean' },
  },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const [from, to] = [readTime(asked, 'from'), readTime(asked, 'to')]
    if (!from.ok || !to.ok) return askedWrongly(operator, from.ok ? (to.ok ? '' : to.why) : from.why)
    if (from.value === null || to.value === null) return askedWrongly(operator, 'Say --from and --to.')
    const planned = planMaintenance({ fromMs: from.value, toMs: to.value }, operator.nowMs())
    if (typeof planned === 'string') {
      operator.note(NOTICE_REFUSALS[planned])
      return 1
    }
    const window = `from ${new Date(from.value).toISOString()} to ${new Date(to.value).toISOString()}`
    return announce(asked, operator, planned, `Maintenance ${window} would be announced to everybody.`)
  },
}

export const noticesReportCommand: Command = {
  name: 'notices report',
  usage: `--touches <component,…> ${textUsage} [--since <ISO time>] [--yes]`,
  summary: 'announces an incident to everybody: status page, tills, webhooks, a mail to each merchant',
  noted: 'reason_optional',
  options: {
    touches: { type: 'string' },
    since: { type: 'string' },
    ...textOptions,
    yes: { type: 'boolean' },
  },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const since = readTime(asked, 'since')
    if (!since.ok) return askedWrongly(operator, since.why)
    const nowMs = operator.nowMs()
    const beganMs = since.value ?? nowMs
    if (beganMs > nowMs) {
      operator.note('An incident has begun when it is reported.')
      return 1
    }
    const incident = { kind: 'incident', state: 'investigating', beganMs } as const
    const began = new Date(beganMs).toISOString()
    return announce(asked, operator, incident, `An incident since ${began} would be announced to everybody.`)
  },
}

async function announce(asked: Asked, operator: Operator, notice: Notice, would: string): Promise<ExitCode> {
  const read = readAnnouncement(asked)
  if (!read.ok) return askedWrongly(operator, read.why)
  if (!isConfirmed(asked, operator, would)) return 3
  return withDatabase(operator, async (pool) => {
    const announced = { notice, ...read.value }
    const id = await transaction(pool, async (tx) => {
      await noteCommand(tx, asked, operator, { account: null, mode: null })
      return announceNotice(tx, announced, idsOf(operator))
    })
    operator.say(`${id} is announced. A gateway that runs tells everybody.`)
    return 0
  })
}

function askedWrongly(operator: Operator, why: string): ExitCode {
  operator.note(why)
  return 2
}
