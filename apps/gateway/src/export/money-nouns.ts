import type { Noun } from './noun.ts'
import { isoOf } from '../text/iso-of.ts'

/** What was taken of approvals, the books, and by which terms they were kept. */
export const moneyNouns: readonly Noun[] = [
  {
    file: 'batches',
    holds: 'what each terminal and its acquirer agreed on',
    tables: ['batches'],
    sql: `select json_build_object('batch', batch, 'mode', mode, 'number', number, 'terminalId', terminal_id,
        'location', location, 'currency', currency, 'currencyExponent', ($2::jsonb ->> currency)::integer,
        'state', state, 'sales', debits, 'salesMinor', debits_minor, 'refunds', credits, 'refundsMinor', credits_minor,
        'openedAt', ${isoOf('opened_ms')}, 'cutOffAt', ${isoOf('cut_off_ms')}, 'closedAt', ${isoOf('closed_ms')},
        'needsAttention', attention, 'uncapturedAtClose', uncaptured)::text
      from batches where account = $1 order by opened_ms, batch`,
  },
  {
    file: 'day-closes',
    holds: 'closes of the day of each location, with what was known then',
    tables: ['day_closes', 'day_close_items'],
    sql: `select json_build_object('location', d.location, 'mode', d.mode, 'number', d.number,
        'from', ${isoOf('d.from_ms')}, 'until', ${isoOf('d.until_ms')}, 'closedAt', ${isoOf('d.closed_ms')},
        'closedBy', d.closed_by, 'items', (select coalesce(json_agg(json_build_object(
            'kind', i.kind, 'id', i.subject, 'device', i.device, 'state', i.state, 'amountMinor', i.amount_minor,
            'tipMinor', i.tip_minor, 'currency', i.currency,
            'currencyExponent', ($2::jsonb ->> i.currency)::integer, 'ofThisDay', i.of_period,
            'wasInClose', i.was_number, 'wasState', i.was_state, 'wasMinor', i.was_minor) order by i.subject), '[]'::json)
          from day_close_items i where i.account = d.account and i.mode = d.mode and i.location = d.location
            and i.number = d.number))::text
      from day_closes d where d.account = $1 order by d.location, d.mode, d.number`,
  },
  {
    file: 'increments',
    holds: 'what was asked for on top of holds, and what the issuer said',
    tables: ['increments'],
    sql: `select json_build_object('increment', increment, 'payment', payment, 'mode', mode, 'fromMinor', from_minor,
        'amountMinor', amount_minor, 'currency', currency, 'currencyExponent', ($2::jsonb ->> currency)::integer,
        'state', state, 'stan', stan, 'rrn', rrn, 'responseCode', response_code, 'approvalCode', approval_code,
        'reversedBecause', reversal_why, 'askedAt', ${isoOf('created_ms')}, 'endedAt', ${isoOf('ended_ms')})::text
      from increments where account = $1 order by created_ms, increment`,
  },
  {
    file: 'captures',
    holds: 'what was taken of each approval, and how and when the acquirer was told',
    tables: ['captures', 'presentments'],
    sql: `select json_build_object('capture', c.capture, 'payment', c.payment, 'charge', c.charge, 'mode', c.mode,
        'method', c.method, 'state', c.state, 'amountMinor', c.amount_minor, 'tipMinor', c.tip_minor,
        'authorisedMinor', c.authorised_minor, 'currency', c.currency,
        'currencyExponent', ($2::jsonb ->> c.currency)::integer, 'createdAt', ${isoOf('c.created_ms')},
        'canceledAt', ${isoOf('c.canceled_ms')},
        'presentment', (select json_build_object('presentment', p.presentment, 'message', p.message, 'state', p.state,
            'terminalId', p.terminal_id, 'stan', p.stan, 'batch', p.batch, 'responseCode', p.response_code,
            'acceptedAt', ${isoOf('p.accepted_ms')}, 'needsAttention', p.attention)
          from presentments p
          where p.account = c.account and p.subject_kind = 'capture' and p.subject = c.capture))::text
      from captures c where c.account = $1 order by c.created_ms, c.capture`,
  },
  {
    file: 'money_terms',
    holds: 'what taking a sale costs, from when on, and how the money is paid out',
    tables: ['fee_schedules', 'funding_policies', 'payout_schedules'],
    sql: `select json_build_object('funding', p.funding, 'holdDays', p.hold_days,
        'payouts', (select json_build_object('every', s.every, 'weekday', s.weekday, 'atMinute', s.at_min,
            'timeZone', s.time_zone) from payout_schedules s where s.account = a.account),
        'feeSchedules', (select coalesce(json_agg(json_build_object('validFrom', ${isoOf('f.valid_from_ms')},
            'schedule', f.schedule) order by f.valid_from_ms), '[]'::json)
          from fee_schedules f where f.account = a.account))::text
      from accounts a left join funding_policies p using (account) where a.account = $1 and $2::jsonb is not null`,
  },
  {
    file: 'ledger',
    holds: 'the books in double entry: one transaction per cause, its lines sum to zero, debits are positive',
    tables: ['ledger_transactions', 'ledger_lines'],
    sql: `select json_build_object('causeKind', t.cause_kind, 'cause', t.cause, 'mode', t.mode, 'currency', t.currency,
        'currencyExponent', ($2::jsonb ->> t.currency)::integer, 'at', ${isoOf('t.at_ms')},
        'lines', (select json_agg(json_build_object('ledgerAccount', l.ledger_account, 'amountMinor', l.amount_minor)
            order by l.ledger_account)
          from ledger_lines l where l.account = t.account and l.cause_kind = t.cause_kind and l.cause = t.cause))::text
      from ledger_transactions t where t.account = $1 order by t.at_ms, t.cause_kind, t.cause`,
  },
  {
    file: 'balance_transactions',
    holds: 'what came to the merchant and went from it: amount, fee, net, and when it may be paid out',
    tables: ['balance_transactions'],
    sql: `select json_build_object('balanceTransaction', txn, 'mode', mode, 'type', type,
        'reportingCategory', reporting_category, 'source', source, 'payment', payment, 'amountMinor', amount_minor,
        'feeMinor', fee_minor, 'netMinor', net_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'fee', fee_description, 'description', description,
        'availableAt', ${isoOf('available_ms')}, 'createdAt', ${isoOf('created_ms')})::text
      from balance_transactions where account = $1 order by created_ms, txn`,
  },
  {
    file: 'payouts',
    holds: 'what went to the bank, with the balance transactions that each is made of',
    tables: ['payouts', 'payout_items', 'bank_accounts'],
    sql: `select json_build_object('payout', p.payout, 'mode', p.mode, 'amountMinor', p.amount_minor,
        'currency', p.currency, 'currencyExponent', ($2::jsonb ->> p.currency)::integer, 'payer', p.payer,
        'automatic', p.automatic, 'description', p.description, 'status', p.status, 'failureCode', p.failure_code,
        'bankAccount', json_build_object('holder', p.holder, 'iban', p.iban, 'bic', p.bic), 'transferFile', p.file,
        'sentAt', ${isoOf('p.sent_ms')}, 'paidAt', ${isoOf('p.paid_ms')}, 'failedAt', ${isoOf('p.failed_ms')},
        'canceledAt', ${isoOf('p.canceled_ms')}, 'arrivesAt', ${isoOf('p.arrival_ms')},
        'createdAt', ${isoOf('p.created_ms')},
        'balanceTransactions', (select coalesce(json_agg(i.txn order by i.txn), '[]'::json)
          from payout_items i where i.account = p.account and i.payout = p.payout))::text
      from payouts p where p.account = $1 order by p.created_ms, p.payout`,
  },
  {
    file: 'funding',
    holds: 'what the acquirer paid for, item by item as its files say, and what of the books each settles',
    tables: ['funding_items'],
    sql: `select json_build_object('file', file, 'position', position, 'mode', mode, 'kind', kind,
        'terminalId', terminal_id, 'rrn', rrn, 'payment', payment, 'balanceTransaction', txn, 'payout', payout,
        'amountMinor', amount_minor, 'feeMinor', fee_minor, 'expectedMinor', expected_minor,
        'expectedFeeMinor', expected_fee_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'difference', difference,
        'explainedAt', ${isoOf('explained_ms')}, 'explainedBy', explained_by, 'explanation', explanation)::text
      from funding_items where account = $1 order by file, position`,
  },
  {
    file: 'refunds',
    holds: 'money back to cardholders, of a payment or by a supervisor without one',
    tables: ['refunds', 'unlinked_refund_limits'],
    sql: `select json_build_object('refund', refund, 'mode', mode, 'payment', payment, 'charge', charge,
        'cardOfPayment', card_payment, 'amountMinor', amount_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'reason', reason, 'requestedBy', requested_by,
        'operator', operator, 'approver', approver, 'note', note, 'metadata', metadata, 'status', status,
        'failureReason', failure_reason, 'submittedAt', ${isoOf('submitted_ms')}, 'succeededAt', ${isoOf('succeeded_ms')},
        'failedAt', ${isoOf('failed_ms')}, 'canceledAt', ${isoOf('canceled_ms')}, 'createdAt', ${isoOf('created_ms')})::text
      from refunds where account = $1 order by created_ms, refund`,
  },
  {
    file: 'disputes',
    holds: 'what cardholders contest, with deadline, evidence and how it ended',
    tables: ['disputes'],
    sql: `select json_build_object('dispute', dispute, 'mode', mode, 'payment', payment, 'charge', charge,
        'chargeback', chargeback, 'amountMinor', amount_minor, 'feeMinor', fee_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'reasonCode', reason_code, 'reason', reason,
        'status', status, 'round', round, 'answerBy', ${isoOf('due_ms')}, 'submittedAt', ${isoOf('submitted_ms')},
        'closedAt', ${isoOf('closed_ms')}, 'evidence', evidence, 'metadata', metadata,
        'createdAt', ${isoOf('created_ms')})::text
      from disputes where account = $1 order by created_ms, dispute`,
  },
  {
    file: 'files',
    holds: 'what was uploaded for disputes: name, kind and SHA-256; a backup has what is in it',
    tables: ['files'],
    sql: `select json_build_object('file', file, 'mode', mode, 'purpose', purpose, 'filename', filename, 'type', type,
        'bytes', length(content), 'sha256', encode(sha256(content), 'hex'), 'createdAt', ${isoOf('created_ms')})::text
      from files where account = $1 and $2::jsonb is not null order by created_ms, file`,
  },
]
