import { parseArgs } from 'node:util'
import { actsListCommand } from './acts-command.ts'
import { keysCreateCommand, keysRevokeCommand } from './api-keys-commands.ts'
import { backupCommand } from './backup-command.ts'
import { batchesCloseCommand, batchesListCommand, batchesTicketCommand } from './batches-commands.ts'
import { devicesListCommand, devicesRevokeCommand } from './devices-commands.ts'
import { durableSetCommand, durableShowCommand } from './durable-commands.ts'
import { disputesImportCommand, disputesListCommand, disputesSettleCommand } from './disputes-commands.ts'
import { exportCommand } from './export-command.ts'
import {
  fundingApplyCommand,
  fundingExplainCommand,
  fundingImportCommand,
  fundingListCommand,
} from './funding-commands.ts'
import { incrementsGiveUpCommand, incrementsListCommand } from './increments-commands.ts'
import { keysListCommand, keysRotateCommand } from './keys-commands.ts'
import { moneyCheckCommand, moneyTermsCommand } from './money-commands.ts'
import { noticesPlanCommand, noticesReportCommand } from './notices-announce-commands.ts'
import { noticesEndCommand, noticesUpdateCommand, noticesWithdrawCommand } from './notices-change-commands.ts'
import { noticesListCommand } from './notices-list-command.ts'
import type { Asked, Command, ExitCode, Operator } from './operator.ts'
import {
  payoutsCreateCommand,
  payoutsFileCommand,
  payoutsListCommand,
  payoutsSettleCommand,
  payoutsShowCommand,
} from './payouts-commands.ts'
import { payoutsScheduleCommand } from './payouts-schedule-command.ts'
import {
  presentmentsGiveUpCommand,
  presentmentsListCommand,
  presentmentsRetryCommand,
} from './presentments-commands.ts'
import { refundsLimitCommand, refundsListCommand, refundsUnlinkedCommand } from './refunds-commands.ts'
import { restoreCommand } from './restore-command.ts'
import { reviewRejectCommand, reviewReleaseCommand } from './review-decide-commands.ts'
import { reviewListCommand } from './review-list-command.ts'
import { reviewResolveCommand } from './review-resolve-command.ts'
import { restoresDropCommand, restoresListCommand } from './restores-commands.ts'
import { tasksCloseCommand, tasksListCommand, tasksRetryCommand } from './tasks-commands.ts'
import { webhooksListCommand, webhooksReplayCommand } from './webhooks-commands.ts'

export const commands: readonly Command[] = [
  backupCommand,
  restoreCommand,
  exportCommand,
  keysListCommand,
  keysCreateCommand,
  keysRevokeCommand,
  keysRotateCommand,
  devicesListCommand,
  devicesRevokeCommand,
  durableShowCommand,
  durableSetCommand,
  restoresListCommand,
  restoresDropCommand,
  reviewListCommand,
  reviewReleaseCommand,
  reviewRejectCommand,
  reviewResolveCommand,
  actsListCommand,
  moneyTermsCommand,
  moneyCheckCommand,
  batchesListCommand,
  batchesCloseCommand,
  batchesTicketCommand,
  presentmentsListCommand,
  presentmentsRetryCommand,
  presentmentsGiveUpCommand,
  incrementsListCommand,
  incrementsGiveUpCommand,
  tasksListCommand,
  tasksRetryCommand,
  tasksCloseCommand,
  fundingListCommand,
  fundingImportCommand,
  fundingApplyCommand,
  fundingExplainCommand,
  payoutsListCommand,
  payoutsShowCommand,
  payoutsScheduleCommand,
  payoutsCreateCommand,
  payoutsFileCommand,
  payoutsSettleCommand,
  refundsListCommand,
  refundsUnlinkedCommand,
  refundsLimitCommand,
  disputesListCommand,
  disputesImportCommand,
  disputesSettleCommand,
  webhooksListCommand,
  webhooksReplayCommand,
  noticesListCommand,
  noticesPlanCommand,
  noticesReportCommand,
  noticesUpdateCommand,
  noticesEndCommand,
  noticesWithdrawCommand,
]

/** What was typed behind `npm run gateway --`. */
export async function runCommand(typed: readonly string[], operator: Operator): Promise<ExitCode> {
  const wantsHelp = typed.length === 0 || typed.includes('--help') || typed.includes('-h')
  const command = commandOf(typed)
  if (command === undefined) {
    const answer = wantsHelp ? operator.say : operator.note
    for (const line of help()) answer(line)
    return wantsHelp ? 0 : 2
  }
  const usage = `npm run gateway -- ${command.name} ${command.usage}${usageOfNote(command)}`.trimEnd()
  if (wantsHelp) {
    operator.say(usage)
    operator.say(`  ${command.summary}`)
    return 0
  }
  const asked = readAsked(command, typed)
  if (asked === null) {
    operator.note(`Usage: ${usage}`)
    return 2
  }
  try {
    return await command.run(asked, operator)
  } catch (error) {
    operator.note(error instanceof Error ? error.message : String(error))
    return 1
  }
}

export function commandOf(typed: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, at) => typed[at] === word))
}

/** Null when it is not how the command is used. */
export function readAsked(command: Command, typed: readonly string[]): Asked | null {
  try {
    const rest = typed.slice(command.name.split(' ').length)
    const known: Command['options'] =
      command.noted === undefined ? command.options : { ...NOTE_OPTIONS, ...command.options }
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...known },
      allowPositionals: true,
      strict: true,
    })
    const { min, max } = command.words
    if (positionals.length < min || positionals.length > max) return null
    if (command.noted === 'with_reason' && (values['note'] ?? '') === '') return null
    const said = Object.entries(values).filter(([name]) => !NOT_OF_THE_ACT.has(name))
    const options = said.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${String(value)}`))
    return {
      act: [command.name, ...positionals, ...options].join(' '),
      words: positionals,
      text(option) {
        const value = values[option]
        return typeof value === 'string' ? value : null
      },
      has: (option) => values[option] === true,
    }
  } catch {
    return null
  }
}

const NOTE_OPTIONS = { by: { type: 'string' }, note: { type: 'string' } } as const
const NOT_OF_THE_ACT: ReadonlySet<string> = new Set(['by', 'note', 'yes'])

function usageOfNote({ noted, options }: Command): string {
  if (noted === undefined || 'by' in options) return ''
  return noted === 'with_reason' ? ' --note <why> [--by <who>]' : ' [--by <who>] [--note <why>]'
}

function help(): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'npm run gateway -- <command>      on HOLDFAST_HOME or DATABASE_URL; the gateway may run, but for restore',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '<command> --help says more. Exit codes: 0 done, 1 refused, 2 asked wrongly, 3 needs --yes.',
  ]
}
