import { type ErrorCode, errorTable } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { decideDevice } from '../review/decide-device.ts'
import { decideReview } from '../review/decide-review.ts'
import type { Reviewed, ReviewDecision } from '../review/review-decision.ts'
import { type Asked, type Command, type ExitCode, isConfirmed, type Operator } from './operator.ts'
import { operatorWorld } from './operator-world.ts'
import { withDatabase } from './with-database.ts'

const WORDS_MAX = 200
const options = {
  by: { type: 'string' },
  device: { type: 'string' },
  note: { type: 'string' },
  yes: { type: 'boolean' },
} as const

export const reviewReleaseCommand: Command = {
  name: 'review release',
  usage: '<pi_… | dev_…> --by <who> [--note <text>] [--device <dev_…>] [--yes]',
  summary:
    'what was set aside is genuine: it goes on as any other; a payment tried in vain is tried once more',
  options,
  words: { min: 1, max: 1 },
  run: (asked, operator) => decide(reviewReleaseCommand, 'release', asked, operator),
}

export const reviewRejectCommand: Command = {
  name: 'review reject',
  usage: '<pi_… | dev_…> --by <who> --note <text> [--device <dev_…>] [--yes]',
  summary: 'close what was set aside, or what nobody decides, as not paid; the till shows the note',
  options,
  words: { min: 1, max: 1 },
  run: (asked, operator) => decide(reviewRejectCommand, 'reject', asked, operator),
}

async function decide(
  command: Command,
  word: ReviewDecision['decide'],
  asked: Asked,
  operator: Operator,
): Promise<ExitCode> {
  const [subject = ''] = asked.words
  const by = asked.text('by') ?? ''
  const note = asked.text('note') ?? ''
  const isSaid = by !== '' && (word === 'release' || note !== '')
  if (!isSaid || by.length > WORDS_MAX || note.length > WORDS_MAX || !/^(pi|dev)_/.test(subject)) {
    operator.note(`Usage: npm run gateway -- ${command.name} ${command.usage}`)
    return 2
  }
  if (!isConfirmed(asked, operator, WOULD[word](subject))) return 3
  const decision: ReviewDecision = { decide: word, by, note }
  return withDatabase(operator, async (pool) => {
    const account = await accountOf(pool, subject)
    if (account === null) {
      operator.note(`Nothing is known of ${subject}.`)
      return 1
    }
    const world = await operatorWorld(pool, operator)
    const deviceId = asked.text('device')
    const made = subject.startsWith('dev_')
      ? (await decideDevice(world, { account, deviceId: subject }, decision)).payments
      : [
          {
            paymentId: subject,
            reviewed: await decideReview(
              world,
              { account, paymentId: subject, ...(deviceId === null ? {} : { deviceId }) },
              decision,
            ),
          },
        ]
    if (made.length === 0) operator.note(`Of ${subject} nothing waits.`)
    const exits = made.map(({ paymentId, reviewed }) => tell(operator, word, paymentId ?? subject, reviewed))
    return made.length === 0 || exits.includes(1) ? 1 : 0
  })
}

const WOULD = {
  release: (subject: string) =>
    `${subject} goes on as if nothing had been wrong with it: its bank is asked. Compare it with the shop’s receipts first.`,
  reject: (subject: string) =>
    `${subject} is closed as not paid, for ever; its till shows the note. The money has to be got in another way.`,
} as const

function tell(
  operator: Operator,
  word: ReviewDecision['decide'],
  subject: string,
  reviewed: Reviewed,
): ExitCode {
  const done = word === 'release' ? 'released' : 'rejected'
  if (reviewed.result === 'refused') {
    const { code } = reviewed
    operator.note(`${subject}: ${code}. ${errorTable[code].message}${HINTS[code] ?? ''}`)
    return 1
  }
  operator.say(reviewed.result === 'decided' ? `${subject} is ${done}.` : `${subject} was ${done} before.`)
  return 0
}

/** What this program adds to the message of a code. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  review_device_needed: ' Name it by --device.',
  review_books_needed: ' Use review resolve.',
  deferred_too_old: ' It can only be rejected.',
  duplicate_suspected:
    ' An approval of the other card stands or may stand: refund or void that first, or reject this one.',
}

async function accountOf(pool: Pool, subject: string): Promise<string | null> {
  const { rows } = await pool.query<{ account: string }>(
    `select account from devices where device = $1
     union select account from payments where payment = $1
     union select account from records where payment = $1 and parked_code is not null limit 1`,
    [subject],
  )
  return rows[0]?.account ?? null
}
