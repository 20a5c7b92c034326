import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { ACCOUNT, LINK, LOCATION, sampleId } from './sample-rows.ts'

/**
 * Payments `first` to `first + count - 1` of the sample device, each of `first + n` cents with an approved attempt, a
 * record and an event: whole in every state that a transaction leaves.
 */
export async function insertPayments(
  db: Pool | Tx,
  { first, count, insertEvents = INSERT_EVENTS }: { first: number; count: number; insertEvents?: string },
): Promise<void> {
  const values = [ACCOUNT, sampleId('dev', 1), LOCATION, sampleId('rdr', 1), LINK, first, first + count - 1]
  await db.query(
    `with n as (select n, lpad(n::text, 24, '0') as id from generate_series($6::integer, $7::integer) n),
     p as (
       insert into payments (account, payment, mode, device, terminal_id, location, reader, sale, reference, link,
         amount_minor, currency, capture_method, word, word_attempt, word_at_ms, word_via, word_kind, status, version,
         opened_ms, received_ms, stored_ms, utc_offset_min, outcome_sent)
       select $1, 'pi_' || id, 'test', $2, 'HF000001', $3, $4, 'sale_' || id, 'order "' || n || E'"\\n\\\\ é', $5,
         n, 'eur', 'automatic', 'accepted', 'att_' || id, 1800000000000 + n, 'offline', 'deferred', 'succeeded', 1,
         1800000000000 + n, 1800000000000 + n, 1800000000000 + n, 60, true
       from n),
     a as (
       insert into attempts (account, payment, number, terminal_id, attempt, ordinal, read, deferred, state, wanted,
         stan, rrn, transmitted_ms, send_before_ms, repeats, response_code, approval_code, answered_ms, charge, brand,
         last4, bin, exp_month, exp_year, entry_mode, cvm, aid, application_label, fingerprint, receipt, vault, created_ms)
       select $1, 'pi_' || id, 1, 'HF000001', 'att_' || id, 1, 'read_' || id, true, 'approved', true,
         lpad((n % 1000000)::text, 6, '0'), lpad(n::text, 12, '0'), 1800000000000 + n * 90000::bigint, 1800000000000, 0,
         '00', '123456', 1800000000000 + n, 'ch_' || id, 'visa', '4242', '42424242', 12, 2030, 'contact',
         'offline_pin', 'A0000000031010', 'VISA', 'fp', '{"cryptogramType": "ARQC"}', 'dmF1bHQ', 1800000000000 + n
       from n),
     r as (
       insert into records (account, device, hash, epoch, seq, prev, kind, payment, header, signature, received_ms)
       select $1, $2, encode(sha256(id::bytea), 'hex'), 'ep_1', n,
         case when n > 1 then encode(sha256(lpad((n - 1)::text, 24, '0')::bytea), 'hex') end,
         'payment.accepted', 'pi_' || id, '{"v":1,"n":' || n || ',"filler":"' || repeat('x', 700) || '"}', 'sig',
         1800000000000 + n
       from n)
     ${insertEvents}`,
    values,
  )
  await db.query(
    'update devices set received_seq = greatest(received_seq, $3) where account = $1 and device = $2',
    [ACCOUNT, sampleId('dev', 1), first + count - 1],
  )
}

const INSERT_EVENTS = `
  insert into events (account, event, mode, type, object, object_id, created_ms)
  select $1, 'evt_' || id || '_succeeded', 'test', 'payment_intent.succeeded', 'payment_intent', 'pi_' || id,
    1800000000000 + n
  from n`
