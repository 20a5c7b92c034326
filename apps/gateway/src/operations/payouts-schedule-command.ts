import { transaction } from '../database/transaction.ts'
import { findPayoutSchedule, type PayoutSchedule, setPayoutSchedule } from '../payouts/payout-schedule.ts'
import { noteCommand } from './note-command.ts'
import { type Asked, type Command, isConfirmed } from './operator.ts'
import { withDatabase } from './with-database.ts'

export const payoutsScheduleCommand: Command = {
  name: 'payouts schedule',
  usage:
    '<acct_…> [--every day|week|manual] [--weekday <1 to 7, Monday is 1>] [--at <06:00>] [--time-zone Europe/Paris] [--yes]',
  noted: 'reason_optional',
  summary: 'when a merchant whom you pay out is paid out by itself; shows it when nothing is set',
  options: {
    every: { type: 'string' },
    weekday: { type: 'string' },
    at: { type: 'string' },
    'time-zone': { type: 'string' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const account = asked.words[0] ?? ''
    const every = asked.text('every')
    return withDatabase(operator, async (pool) => {
      if (every === null) {
        const schedule = await transaction(pool, (tx) => findPayoutSchedule(tx, account))
        operator.say(schedule === null ? 'By hand.' : JSON.stringify(schedule))
        return 0
      }
      const { rows } = await pool.query<{ timeZone: string }>(
        'select time_zone as "timeZone" from locations where account = $1 order by created_ms limit 1',
        [account],
      )
      const timeZone = asked.text('time-zone') ?? rows[0]?.timeZone
      if (timeZone === undefined || !isTimeZone(timeZone)) {
        operator.note('There is no such account or time zone.')
        return 1
      }
      const schedule = scheduleOf(asked, timeZone)
      if (schedule === undefined) {
        operator.note('Say --every day, week or manual, for a week --weekday 1 to 7, and --at as 06:00.')
        return 1
      }
      if (
        !isConfirmed(
          asked,
          operator,
          `${account} would be paid out ${every === 'manual' ? 'by hand' : `every ${every}`}.`,
        )
      )
        return 3
      await transaction(pool, async (tx) => {
        await setPayoutSchedule(tx, account, schedule, operator.nowMs())
        await noteCommand(tx, asked, operator, { account, mode: null })
      })
      operator.say(schedule === null ? 'By hand from now on.' : JSON.stringify(schedule))
      return 0
    })
  },
}

/** Undefined when it is none. */
function scheduleOf(asked: Asked, timeZone: string): PayoutSchedule | null | undefined {
  const at = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(asked.text('at') ?? '06:00')
  if (at === null) return undefined
  const atMin = Number(at[1]) * 60 + Number(at[2])
  const weekday = Number(asked.text('weekday') ?? '1')
  switch (asked.text('every') ?? '') {
    case 'manual':
      return null
    case 'day':
      return { every: 'day', atMin, timeZone }
    case 'week':
      return Number.isInteger(weekday) && weekday >= 1 && weekday <= 7
        ? { every: 'week', weekday, atMin, timeZone }
        : undefined
    default:
      return undefined
  }
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
