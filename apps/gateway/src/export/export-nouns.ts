import { CANCELED_MS } from '../payments/payment-queries.ts'
import { isoOf } from '../text/iso-of.ts'
import { moneyNouns } from './money-nouns.ts'
import type { Noun } from './noun.ts'

/** Tables that no export holds, each with its reason. */
export const notExported: Readonly<Record<string, string>> = {
  schema_migrations: 'of the program, not of the account',
  settings: 'of the gateway, not of the account',
  gateway_keys: 'secrets of the gateway, wrapped; a backup has them',
  gateway_backups: 'of the gateway, not of the account',
  gateway_restores: 'of the gateway, not of the account',
  device_backups: 'of the gateway, not of the account',
  device_presence: 'what has been told of silent devices; events has it',
  device_queues: 'what is still to be told of devices that deliver; events has what was',
  webhook_deliveries: 'what endpoints are still to be told; events has what happened',
  mails: 'that something was written, not what was said; payments and events have the causes',
  offline_policy_changes: 'the account API shows who changed what and when',
  payment_method_changes: 'the account API shows what is offered now; a backup has who changed what and when',
  operator_acts: '`acts list` shows who did what by hand, when and why',
  reviews: '`review list` shows who decided what and when',
  jobs: 'what the gateway has still to do, not what has happened',
  money_tasks: 'what payments hand over to captures and refunds, which are exported themselves',
  links: 'of the gateway, not of the account',
  notices: 'of the gateway, not of the account; events has what was told',
  notice_changes: 'of the gateway, not of the account; events has what was told',
  unmatched_chargebacks: 'of the acquirer, and of no account that we know',
  acquirer_feeds: 'how far the acquirer’s feeds were read',
  chargeback_steps: 'which steps of the feed were taken in; disputes has what followed',
  funding_files: 'files of the acquirer over all accounts; funding has what of them is yours',
  balance_arrivals: 'what is still to become available; balance-transactions has it with its day',
  payout_files: 'files for the bank of whoever runs the gateway, over all accounts',
  device_codes: 'hashes of secrets that live a day',
  order_heads: 'of the program: up to where tills have heard of orders',
  leases: 'what devices may do until their next contact',
  offline_grants: 'what devices may do until their next contact',
  idempotency_keys: 'which requests were done, for a month; what they did is in the other files',
}

const ATTEMPTS = `
  (select coalesce(json_agg(json_build_object(
      'attempt', a.attempt, 'charge', a.charge, 'number', a.number, 'state', a.state,
      'approvedMinor', case when a.state = 'approved' then coalesce(a.approved_minor, p.amount_minor) end,
      'brand', a.brand, 'last4', a.last4, 'expMonth', a.exp_month, 'expYear', a.exp_year,
      'entryMode', a.entry_mode, 'cardholderVerification', a.cvm, 'aid', a.aid,
      'applicationLabel', a.application_label, 'receipt', a.receipt,
      'terminalId', a.terminal_id, 'stan', a.stan, 'rrn', a.rrn,
      'transmittedAt', ${isoOf('a.transmitted_ms')}, 'answeredAt', ${isoOf('a.answered_ms')},
      'responseCode', a.response_code, 'approvalCode', a.approval_code, 'reversedBecause', a.reversal_why
    ) order by a.number), '[]'::json)
    from attempts a where a.account = p.account and a.payment = p.payment)`

export const nouns: readonly Noun[] = [
  {
    file: 'accounts',
    holds: 'the account itself',
    tables: ['accounts'],
    sql: `select json_build_object('account', account, 'name', name, 'currencies', currencies,
        'offlineTerms', offline_terms, 'offlineRiskAcceptedBy', liability_by,
        'offlineRiskAcceptedAt', ${isoOf('liability_ms')}, 'offlineRiskText', liability_text,
        'noticeEmail', notice_email, 'language', language,
        'createdAt', ${isoOf('created_ms')})::text
      from accounts where account = $1 and $2::jsonb is not null`,
  },
  {
    file: 'locations',
    holds: 'places of sale',
    tables: ['locations'],
    sql: `select json_build_object('location', location, 'name', name, 'mode', mode, 'address', address,
        'phone', phone, 'country', country, 'offlineCap', offline_cap, 'configuration', configuration, 'metadata', metadata,
        'deletedAt', ${isoOf('deleted_ms')},
        'createdAt', ${isoOf('created_ms')})::text
      from locations where account = $1 and $2::jsonb is not null order by created_ms, location`,
  },
  {
    file: 'terminal_configurations',
    holds: 'what terminals may do: offline, tips',
    tables: ['terminal_configurations'],
    sql: `select json_build_object('configuration', configuration, 'mode', mode, 'name', name,
        'isAccountDefault', is_account_default, 'offlineEnabled', offline_enabled, 'tipping', tipping,
        'rebootWindow', reboot_window, 'createdAt', ${isoOf('created_ms')}, 'deletedAt', ${isoOf('deleted_ms')})::text
      from terminal_configurations where account = $1 and $2::jsonb is not null order by created_ms, configuration`,
  },
  {
    file: 'api_keys',
    holds: 'API keys without their secrets: the first characters, what they may do, and since when they hold',
    tables: ['api_keys'],
    sql: `select json_build_object('kind', kind, 'mode', mode, 'prefix', prefix, 'name', name, 'permissions', permissions, 'createdAt', ${isoOf('created_ms')},
        'lastUsedAt', ${isoOf('last_used_ms')}, 'revokedAt', ${isoOf('revoked_ms')})::text
      from api_keys where account = $1 and $2::jsonb is not null order by created_ms, sha256`,
  },
  {
    file: 'devices',
    holds: 'tills and terminals, with their readers and the public keys by which their records are checked',
    tables: ['devices', 'device_keys', 'readers'],
    sql: `select json_build_object('device', d.device, 'mode', d.mode, 'location', d.location, 'name', d.name,
        'terminalId', d.terminal_id, 'status', d.status, 'recordsReceived', d.received_seq,
        'createdAt', ${isoOf('d.created_ms')},
        'publicKeys', (select coalesce(json_agg(json_build_object('keyId', k.key_id, 'ed25519', k.public_key,
            'createdAt', ${isoOf('k.created_ms')}) order by k.created_ms), '[]'::json)
          from device_keys k where k.account = d.account and k.device = d.device),
        'readers', (select coalesce(json_agg(json_build_object('reader', r.reader, 'model', r.model,
            'serialNumber', r.serial_number, 'offlineCapable', r.offline_capable,
            'label', r.label, 'metadata', r.metadata, 'deletedAt', ${isoOf('r.deleted_ms')}) order by r.created_ms), '[]'::json)
          from readers r where r.account = d.account and r.device = d.device))::text
      from devices d where d.account = $1 and $2::jsonb is not null order by d.created_ms, d.device`,
  },
  {
    file: 'orders',
    holds: 'orders of online channels and the payments that stand for them',
    tables: ['orders'],
    sql: `select json_build_object('order', order_id, 'mode', mode, 'location', location, 'channel', channel,
        'number', number, 'amountMinor', amount_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'lines', lines, 'note', note, 'state', state,
        'payments', payments, 'canceledBy', canceled_by, 'cancelReason', cancel_reason,
        'canceledAt', ${isoOf('canceled_ms')}, 'createdAt', ${isoOf('created_ms')})::text
      from orders where account = $1 order by created_ms, order_id`,
  },
  {
    file: 'payments',
    holds: 'every payment with each try to authorise it; cards as brand and last four digits only',
    tables: ['payments', 'attempts', 'canceled_payments'],
    sql: `select json_build_object('payment', p.payment, 'mode', p.mode, 'status', p.status,
        'amountMinor', p.amount_minor, 'currency', p.currency, 'currencyExponent', ($2::jsonb ->> p.currency)::integer,
        'captureMethod', p.capture_method, 'sale', p.sale, 'reference', p.reference, 'operator', p.operator,
        'location', p.location, 'device', p.device, 'reader', p.reader, 'terminalId', p.terminal_id,
        'openedAt', ${isoOf('p.opened_ms')}, 'openedUtcOffsetMinutes', p.utc_offset_min,
        'receivedAt', ${isoOf('p.received_ms')}, 'storedOfflineAt', ${isoOf('p.stored_ms')},
        'offlineKind', p.word_kind, 'lastWordOfDevice', p.word, 'lastWordAt', ${isoOf('p.word_at_ms')},
        'acceptedAttempt', p.word_attempt, 'voidReason', p.void_reason, 'canceledAt', ${isoOf(CANCELED_MS)}, 'needsAttention', p.attention,
        'attempts', ${ATTEMPTS})::text
      from payments p where p.account = $1 order by p.opened_ms, p.payment`,
  },
  {
    file: 'payment_intents',
    holds:
      'payments that a back end asked for, also those that no device has taken; without their client secrets',
    tables: ['payment_intents'],
    sql: `select json_build_object('payment', payment, 'mode', mode, 'amountMinor', amount_minor, 'currency', currency,
        'currencyExponent', ($2::jsonb ->> currency)::integer, 'captureMethod', capture_method, 'method', method,
        'createdAt', ${isoOf('created_ms')}, 'canceledAt', ${isoOf('canceled_ms')}, 'canceledBecause', cancel_reason)::text
      from payment_intents where account = $1 order by created_ms, payment`,
  },
  {
    file: 'setup_intents',
    holds: 'cards that a back end asked to be saved at a till; without their client secrets',
    tables: ['setup_intents'],
    sql: `select json_build_object('setup', setup, 'mode', mode, 'customer', customer, 'description', description,
        'method', method, 'usage', usage, 'metadata', metadata, 'createdAt', ${isoOf('created_ms')},
        'canceledAt', ${isoOf('canceled_ms')}, 'canceledBecause', cancel_reason)::text
      from setup_intents where account = $1 and $2::jsonb is not null order by created_ms, setup`,
  },
  {
    file: 'payment_notes',
    holds: 'what you said of payments and charges: metadata, description, customer, e-mail for the receipt',
    tables: ['payment_notes'],
    sql: `select json_build_object('object', object, 'metadata', metadata, 'description', description,
        'receiptEmail', receipt_email, 'customer', customer, 'statementDescriptor', statement_descriptor,
        'statementDescriptorSuffix', statement_descriptor_suffix, 'transferGroup', transfer_group,
        'changedAt', ${isoOf('changed_ms')})::text
      from payment_notes where account = $1 and $2::jsonb is not null order by object`,
  },
  {
    file: 'customers',
    holds: 'your customers; of deleted ones only the id',
    tables: ['customers'],
    sql: `select json_build_object('customer', customer, 'mode', mode, 'name', name, 'email', email, 'phone', phone,
        'description', description, 'address', address, 'shipping', shipping, 'preferredLocales', preferred_locales,
        'metadata', metadata, 'createdAt', ${isoOf('created_ms')}, 'deletedAt', ${isoOf('deleted_ms')})::text
      from customers where account = $1 and $2::jsonb is not null order by created_ms, customer`,
  },
  {
    file: 'voids',
    holds: 'sales that were called off, also those whose payment never arrived',
    tables: ['voids'],
    sql: `select json_build_object('payment', payment, 'device', device, 'reason', reason)::text
      from voids where account = $1 and $2::jsonb is not null order by payment, device`,
  },
  {
    file: 'outcomes',
    holds: 'what the gateway has told each device about its payments, signed',
    tables: ['feed'],
    sql: `select json_build_object('device', device, 'n', n, 'payment', payment, 'payload', payload, 'keyId', key_id,
        'signature', signature)::text
      from feed where account = $1 and $2::jsonb is not null order by device, n`,
  },
  {
    file: 'records',
    holds:
      'what devices wrote at the moment of sale: the header as it was signed, and the signature; no card data',
    tables: ['records'],
    sql: `select json_build_object('device', device, 'sha256', hash, 'epoch', epoch, 'seq', seq, 'previousSha256', prev,
        'kind', kind, 'payment', payment, 'header', header, 'signature', signature, 'heldBackBecause', parked_code,
        'receivedAt', ${isoOf('received_ms')})::text
      from records where account = $1 and $2::jsonb is not null order by device, received_ms, seq`,
  },
  {
    file: 'events',
    holds: 'what the world was told, in this order',
    tables: ['events'],
    sql: `select json_build_object('event', event, 'position', position, 'mode', mode, 'type', type, 'object', object, 'id', object_id,
        'data', snapshot, 'createdAt', ${isoOf('created_ms')})::text
      from events where account = $1 and $2::jsonb is not null order by position`,
  },
  ...moneyNouns,
  {
    file: 'webhook-endpoints',
    holds: 'who is told of events; not the secrets that sign',
    tables: ['webhook_endpoints'],
    sql: `select json_build_object('endpoint', endpoint, 'mode', mode, 'url', url, 'description', description,
        'enabledEvents', enabled_events, 'metadata', metadata, 'status', status, 'disabledBecause', disabled_because,
        'createdAt', ${isoOf('created_ms')})::text
      from webhook_endpoints where account = $1 and $2::jsonb is not null order by created_ms, endpoint`,
  },
]
