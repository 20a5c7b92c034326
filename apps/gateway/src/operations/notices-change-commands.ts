import { transaction } from '../database/transaction.ts'
import { changeNotice } from '../notices/change-notice.ts'
import { incidentStates, type NoticeStep } from '../notices/notice.ts'
import { noteCommand } from './note-command.ts'
import { NOTICE_REFUSALS, type Read, readTexts, readTime, textOptions, textUsage } from './notice-options.ts'
import { type Asked, type Command, type ExitCode, isConfirmed, type Operator } from './operator.ts'
import { withDatabase } from './with-database.ts'

export const noticesUpdateCommand: Command = {
  name: 'notices update',
  usage: `<ntc_…> ${textUsage} [--state investigating|monitoring] [--from <ISO time>] [--to <ISO time>] [--yes]`,
  summary: 'says what is new: a text, the state of an incident, another window of a maintenance',
  noted: 'reason_optional',
  options: {
    ...textOptions,
    state: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  run: (asked, operator) => change(asked, operator, readUpdate(asked), 'would be changed as you say'),
}

export const noticesEndCommand: Command = {
  name: 'notices end',
  usage: `<ntc_…> ${textUsage} [--yes]`,
  summary: 'the incident is resolved, or the maintenance is over before its time',
  noted: 'reason_optional',
  options: { ...textOptions, yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) => change(asked, operator, { ok: true, value: { do: 'end' } }, 'would be over'),
}

export const noticesWithdrawCommand: Command = {
  name: 'notices withdraw',
  usage: `<ntc_…> ${textUsage} [--yes]`,
  summary: 'the maintenance does not take place, or it was no incident',
  noted: 'reason_optional',
  options: { ...textOptions, yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  run: (asked, operator) =>
    change(asked, operator, { ok: true, value: { do: 'withdraw' } }, 'would be withdrawn'),
}

function readUpdate(asked: Asked): Read<NoticeStep> {
  const [from, to] = [readTime(asked, 'from'), readTime(asked, 'to')]
  if (!from.ok) return from
  if (!to.ok) return to
  const said = asked.text('state')
  const state = incidentStates.find((each) => each === said)
  if (said !== null && state === undefined)
    return { ok: false, why: `--state is one of ${incidentStates.join(', ')}; to resolve it, end it` }
  const window = {
    ...(from.value === null ? {} : { fromMs: from.value }),
    ...(to.value === null ? {} : { toMs: to.value }),
  }
  const isMoved = from.value !== null || to.value !== null
  return {
    ok: true,
    value: { do: 'update', ...(state === undefined ? {} : { state }), ...(isMoved ? { window } : {}) },
  }
}

async function change(
  asked: Asked,
  operator: Operator,
  step: Read<NoticeStep>,
  would: string,
): Promise<ExitCode> {
  const id = asked.words[0] ?? ''
  const texts = readTexts(asked)
  if (!step.ok || !texts.ok) {
    operator.note(step.ok ? (texts.ok ? '' : texts.why) : step.why)
    return 2
  }
  const isEmpty = step.value.do === 'update' && Object.keys(step.value).length === 1 && texts.value === null
  if (isEmpty) {
    operator.note('Say what is new.')
    return 2
  }
  if (!isConfirmed(asked, operator, `${id} ${would}, and everybody would be told.`)) return 3
  return withDatabase(operator, async (pool) => {
    const wanted = { step: step.value, texts: texts.value }
    const moved = await transaction(pool, async (tx) => {
      const result = await changeNotice(tx, id, wanted, operator.nowMs())
      if (typeof result !== 'string') await noteCommand(tx, asked, operator, { account: null, mode: null })
      return result
    })
    if (typeof moved === 'string') {
      operator.note(NOTICE_REFUSALS[moved])
      return 1
    }
    operator.say(`${id} is ${moved.notice.state}. A gateway that runs tells everybody.`)
    return 0
  })
}
