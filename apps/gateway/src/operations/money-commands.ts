import { isCurrency } from '@holdfast/core'
import { errorTable } from '@holdfast/protocol'
import { readFileSync } from 'node:fs'
import { transaction } from '../database/transaction.ts'
import {
  type FundingDifference,
  fundingRemedies,
  readFundingDifferences,
} from '../funding/funding-differences.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { addFeeSchedule, loadMoneyTerms, parseFeeSchedule, setFunding } from '../ledger/money-terms.ts'
import { setBankAccount } from '../payouts/bank-accounts.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

export const moneyTermsCommand: Command = {
  name: 'money terms',
  usage:
    '<acct_…> [--funding direct|facilitator] [--hold-days <0 to 90>] [--fees <file.json>] ' +
    '[--currency eur --iban <IBAN> --holder <name> [--bic <BIC>]] [--yes]',
  noted: 'reason_optional',
  summary: 'what taking a sale costs a merchant and how it is paid out; shows it when nothing is set',
  options: {
    funding: { type: 'string' },
    'hold-days': { type: 'string' },
    fees: { type: 'string' },
    currency: { type: 'string' },
    iban: { type: 'string' },
    holder: { type: 'string' },
    bic: { type: 'string' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const account = asked.words[0] ?? ''
    const [funding, fees, iban] = [asked.text('funding'), asked.text('fees'), asked.text('iban')]
    const [currency, holder] = [asked.text('currency') ?? 'eur', asked.text('holder')]
    const holdDays = asked.text('hold-days')
    const nowMs = operator.nowMs()
    return withDatabase(operator, async (pool) => {
      const before = await transaction(pool, (tx) => loadMoneyTerms(tx, account, nowMs))
      if (funding === null && fees === null && iban === null && holdDays === null) {
        operator.say(JSON.stringify(before, null, 2))
        return 0
      }
      const schedule = fees === null ? null : parseFeeSchedule(JSON.parse(readFileSync(fees, 'utf8')))
      if (!isConfirmed(asked, operator, `The terms of ${account} would change from now on.`)) return 3
      const after = {
        funding: funding === null ? before.funding : funding === 'direct' ? 'direct' : 'facilitator',
        holdDays: holdDays === null ? before.holdDays : Number(holdDays),
      } as const
      const result = await transaction(pool, async (tx) => {
        await setFunding(tx, account, after)
        if (schedule !== null) await addFeeSchedule(tx, account, schedule, nowMs)
        await noteCommand(tx, asked, operator, { account, mode: null })
        if (iban === null) return 'set'
        if (!isCurrency(currency) || holder === null) return 'bank_account_invalid'
        return setBankAccount(tx, account, currency, { iban, holder, bic: asked.text('bic') })
      })
      if (result === 'set') {
        operator.say(`The terms of ${account} are set.`)
        return 0
      }
      operator.note(errorTable[result].message)
      return 1
    })
  },
}

export const moneyCheckCommand: Command = {
  name: 'money check',
  usage: '',
  summary: 'checks the books, and what the acquirer has paid against them; says what to do',
  options: {},
  words: { min: 0, max: 0 },
  async run(_asked, operator) {
    return withDatabase(operator, async (pool) => {
      const books = await checkBooks(pool)
      const funding = await readFundingDifferences(pool, operator.nowMs())
      if (books.length > 0) {
        const head = ['account', 'mode', 'currency', 'what', 'expected', 'found']
        const lines = books.map((d) => [d.account, d.mode, d.currency, d.what, d.expectedMinor, d.foundMinor])
        for (const line of renderTable(head, lines)) operator.note(line)
      }
      for (const line of fundingLines(funding)) operator.note(line)
      if (books.length + funding.length > 0) return 1
      operator.say('The books are right, and the acquirer has paid what they say.')
      return 0
    })
  },
}

function fundingLines(differences: readonly FundingDifference[]): string[] {
  if (differences.length === 0) return []
  const head = ['what', 'where', 'payment', 'expected', 'paid', 'about']
  const lines = differences.map(({ what, where, payment, currency, expectedMinor, paidMinor, why }) => {
    const amount = (minor: number | null) =>
      minor === null || currency === null ? '' : amountText(String(minor), currency)
    return [what, where, payment ?? '', amount(expectedMinor), amount(paidMinor), why ?? '']
  })
  const kinds = [...new Set(differences.map(({ what }) => what))]
  return [...renderTable(head, lines), ...kinds.map((what) => `${what}: ${fundingRemedies[what]}`)]
}
