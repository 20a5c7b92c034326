import { type Currency, isCurrency, type PayoutEvent } from '@holdfast/core'
import { type Mode, errorTable } from '@holdfast/protocol'
import { writeFileSync } from 'node:fs'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { createPayout } from '../payouts/create-payout.ts'
import { movePayout } from '../payouts/move-payout.ts'
import { listPayoutItems, payoutCsv, payoutTotals } from '../payouts/payout-items.ts'
import { findPayout, type Payout, PAYOUT_COLUMNS, payoutOf, type PayoutRow } from '../payouts/payout.ts'
import { findTransferFile, makeTransferFile } from '../payouts/transfer-file.ts'
import { isIban } from '../payouts/bank-accounts.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, type ExitCode, idsOf, isConfirmed, type Operator } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

export const payoutsListCommand: Command = {
  name: 'payouts list',
  usage: '[--account <acct_…>]',
  summary: 'what was paid out to merchants, newest first, the last hundred',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<PayoutRow>({
        text: `select ${PAYOUT_COLUMNS} from payouts where $1::text is null or account = $1
          order by created_ms desc, payout desc limit 100`,
        values: [asked.text('account')],
        types: numericTypes,
      })
      const lines = rows
        .map(payoutOf)
        .map((payout) => [
          payout.payoutId,
          payout.mode,
          amountOf(payout),
          payout.state.status,
          payout.payer === 'own' ? (payout.file ?? '') : 'by the acquirer',
          new Date(payout.createdMs).toISOString(),
        ])
      const head = ['payout', 'mode', 'amount', 'status', 'file', 'made']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const payoutsShowCommand: Command = {
  name: 'payouts show',
  usage: '<po_…> [--csv]',
  summary: 'what a payout is made of, payment by payment',
  options: { csv: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    return withPayout(operator, asked.words[0] ?? '', async (payout, pool) => {
      const items = await listPayoutItems(pool, payout)
      if (asked.has('csv')) {
        for (const line of payoutCsv(payout, items).trimEnd().split('\r\n')) operator.say(line)
        return 0
      }
      const amount = (minor: number) => amountText(String(minor), payout.currency)
      const lines = items.map((item) => [
        item.at,
        item.reporting_category,
        item.payment ?? item.source,
        amount(item.amount_minor),
        amount(item.fee_minor),
        amount(item.net_minor),
      ])
      for (const line of renderTable(['at', 'what', 'payment', 'amount', 'fee', 'net'], lines))
        operator.say(line)
      const totals = payoutTotals(items)
      operator.say(
        `Sales ${amount(totals.grossMinor)}, refunds ${amount(totals.refundsMinor)}, disputes ` +
          `${amount(totals.disputesMinor)}, other ${amount(totals.otherMinor)}, fees ${amount(-totals.feesMinor)}: ` +
          `${amount(totals.netMinor)}, ${payout.state.status}.`,
      )
      return 0
    })
  },
}

export const payoutsCreateCommand: Command = {
  name: 'payouts create',
  usage: '<acct_…> [--currency eur] [--live]',
  summary: 'pays out everything that is available',
  noted: 'reason_optional',
  options: { currency: { type: 'string' }, live: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const currency = asked.text('currency') ?? 'eur'
    if (!isCurrency(currency)) return refuse(operator, `${currency} is not a currency that Holdfast knows.`)
    const wanted = {
      account: asked.words[0] ?? '',
      mode: modeOf(asked.has('live')),
      currency: currency satisfies Currency,
      amountMinor: null,
      description: null,
    }
    return withDatabase(operator, async (pool) => {
      const result = await transaction(pool, async (tx) => {
        const created = await createPayout(tx, wanted, idsOf(operator))
        if (created.ok) await noteCommand(tx, asked, operator, wanted)
        return created
      })
      if (!result.ok) return refuse(operator, errorTable[result.refusal].message)
      operator.say(`${result.payout.payoutId}: ${amountOf(result.payout)} to ${result.payout.bank?.iban}.`)
      return 0
    })
  },
}

export const payoutsFileCommand: Command = {
  name: 'payouts file',
  usage: '--to <file> (--from-iban <IBAN> --from-name <name> [--from-bic <BIC>] [--live] | --again <PAIN…>)',
  summary: 'all pending euro payouts as one pain.001 file for your bank; --again writes an earlier one',
  noted: 'reason_optional',
  options: {
    to: { type: 'string' },
    'from-iban': { type: 'string' },
    'from-name': { type: 'string' },
    'from-bic': { type: 'string' },
    again: { type: 'string' },
    live: { type: 'boolean' },
  },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const [to, again] = [asked.text('to'), asked.text('again')]
    const [iban, holder] = [asked.text('from-iban'), asked.text('from-name')]
    if (to === null) return refuse(operator, 'Say with --to where the file goes.')
    return withDatabase(operator, async (pool) => {
      if (again !== null) {
        const xml = await transaction(pool, async (tx) => {
          const found = await findTransferFile(tx, again)
          if (found !== null) await noteCommand(tx, asked, operator, { account: null, mode: null })
          return found
        })
        if (xml === null) return refuse(operator, `There is no file ${again}.`)
        writeFileSync(to, xml, { flag: 'wx' })
        operator.say(`${again} written to ${to} as it was. Give it to your bank only if it never got it.`)
        return 0
      }
      if (iban === null || holder === null || !isIban(iban))
        return refuse(operator, 'Say from which account with --from-iban (a valid IBAN) and --from-name.')
      const from = { iban, holder, bic: asked.text('from-bic') }
      const mode = modeOf(asked.has('live'))
      const made = await transaction(pool, async (tx) => {
        const file = await makeTransferFile(tx, { mode, from, ids: idsOf(operator) })
        if (file !== null) await noteCommand(tx, asked, operator, { account: null, mode })
        return file
      })
      if (made === null) {
        operator.say('No payout is pending.')
        return 0
      }
      // After COMMIT: a file that exists is never one whose payouts are in another file too.
      writeFileSync(to, made.xml, { flag: 'wx' })
      operator.say(`${made.file} with ${made.payouts.length} payouts written to ${to}.`)
      return 0
    })
  },
}

export const payoutsSettleCommand: Command = {
  name: 'payouts settle',
  usage: '<po_…> (--paid | --returned <reason, AC04 say> | --canceled) [--yes]',
  summary: 'writes down what the bank says of a payout, or calls off one that has not left',
  noted: 'reason_optional',
  options: {
    paid: { type: 'boolean' },
    returned: { type: 'string' },
    canceled: { type: 'boolean' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const atMs = operator.nowMs()
    const failureCode = asked.text('returned')
    const events: PayoutEvent[] = []
    if (asked.has('paid')) events.push({ type: 'paid', atMs })
    if (failureCode !== null) events.push({ type: 'returned', atMs, failureCode })
    if (asked.has('canceled')) events.push({ type: 'canceled', atMs })
    const [event, ...more] = events
    if (event === undefined || more.length > 0)
      return refuse(operator, 'Say one of --paid, --returned, --canceled.')
    return withPayout(operator, asked.words[0] ?? '', async (payout, pool) => {
      const would = `${payout.payoutId} over ${amountOf(payout)} would be written down as ${event.type}.`
      if (!isConfirmed(asked, operator, would)) return 3
      const ids = idsOf(operator)
      const result = await transaction(pool, async (tx) => {
        const moved = await movePayout(tx, payout, event, { ids })
        if (moved.ok) await noteCommand(tx, asked, operator, payout)
        return moved
      })
      if (!result.ok) return refuse(operator, errorTable[result.refusal].message)
      operator.say(`${payout.payoutId} is ${result.payout.state.status}.`)
      return 0
    })
  },
}

function withPayout(
  operator: Operator,
  payoutId: string,
  work: (payout: Payout, pool: Pool) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withDatabase(operator, async (pool) => {
    const { rows } = await pool.query<{ account: string; mode: Mode }>(
      'select account, mode from payouts where payout = $1',
      [payoutId],
    )
    const key = rows[0]
    const payout = key === undefined ? null : await findPayout(pool, { ...key, payoutId })
    return payout === null ? refuse(operator, `There is no payout ${payoutId}.`) : work(payout, pool)
  })
}

function refuse(operator: Operator, why: string): 1 {
  operator.note(why)
  return 1
}

function amountOf({ amountMinor, currency }: Payout): string {
  return amountText(String(amountMinor), currency)
}

function modeOf(live: boolean): Mode {
  return live ? 'live' : 'test'
}
