-- Each state has only its own columns. What core's functions promise is promised here again, by checks.

create table payments (
  account text not null,
  payment text not null check (payment like 'pi\_%'),
  mode text not null check (mode in ('test', 'live')),
  device text not null,
  terminal_id text not null,
  location text not null,
  reader text not null,
  sale text not null,
  reference text,
  operator text,
  link text not null,
  amount_minor bigint not null check (amount_minor between 1 and 999999999999),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  capture_method text not null check (capture_method in ('automatic', 'manual')),
  -- The device's last word.
  word text not null check (word in ('open', 'accepted', 'voided')),
  word_attempt text,
  word_at_ms bigint,
  word_via text check (word_via in ('online', 'offline')),
  word_kind text check (word_kind in ('deferred', 'card_approved', 'voice')),
  void_reason text,
  -- Derived by core's statusOf at every write, kept for queries.
  status text not null check (
    status in ('requires_payment_method', 'processing', 'requires_capture', 'succeeded', 'declined', 'canceled')
  ),
  version integer not null check (version >= 1),
  opened_ms bigint not null check (opened_ms >= 0),
  received_ms bigint not null check (received_ms >= 0),
  stored_ms bigint check (stored_ms >= 0),
  utc_offset_min smallint not null check (utc_offset_min between -840 and 840),
  due_ms bigint,
  attention text,
  outcome_sent boolean not null,
  primary key (account, payment),
  foreign key (account, device) references devices,
  constraint word_has_its_columns check (
    case word
      when 'open' then num_nonnulls(word_attempt, word_at_ms, word_via, word_kind, void_reason) = 0
      when 'accepted' then num_nonnulls(word_attempt, word_at_ms, word_via) = 3 and void_reason is null
        and (word_via = 'offline') = (word_kind is not null)
      when 'voided' then num_nonnulls(word_attempt, word_at_ms, word_via, word_kind) = 0 and void_reason is not null
    end
  ),
  constraint status_fits_the_word check (
    case word
      when 'open' then status in ('requires_payment_method', 'processing')
      when 'accepted' then status in ('processing', 'requires_capture', 'succeeded', 'declined')
      when 'voided' then status = 'canceled'
    end
  ),
  constraint capture_waits_only_when_manual check (status <> 'requires_capture' or capture_method = 'manual')
);
-- What the authoriser reads, in the order in which it reads it.
create index payments_due on payments (link, (stored_ms is not null), opened_ms, payment)
  where due_ms is not null and attention is null;
create index payments_newest on payments (account, mode, opened_ms desc, payment desc);

create table attempts (
  account text not null,
  payment text not null,
  number integer not null check (number >= 1),
  terminal_id text not null,
  attempt text not null check (attempt like 'att\_%'),
  ordinal integer not null check (ordinal between 1 and 1000),
  read text not null check (read like 'read\_%'),
  deferred boolean not null,
  state text not null check (
    state in ('planned', 'shelved', 'sent', 'unknown', 'approved', 'declined', 'reversing', 'reversed')
  ),
  -- Derived by core's isWanted at every write: would an approval of this attempt be the payment's?
  wanted boolean not null,
  not_before_ms bigint,
  retry_at_ms bigint,
  stan text check (stan ~ '^[0-9]{6}$'),
  rrn text check (rrn ~ '^[0-9A-Z]{12}$'),
  transmitted_ms bigint,
  send_before_ms bigint,
  repeats integer check (repeats >= 0),
  response_code text,
  approval_code text,
  answered_ms bigint,
  reversal_why text check (reversal_why in ('voided', 'superseded', 'unclaimed', 'no_answer')),
  reversal_stan text check (reversal_stan ~ '^[0-9]{6}$'),
  reversal_transmitted_ms bigint,
  reversal_tries integer check (reversal_tries >= 0),
  reversal_retry_at_ms bigint,
  charge text not null check (charge like 'ch\_%'),
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  bin text not null check (bin ~ '^([0-9]{6}|[0-9]{8})$'),
  exp_month smallint not null check (exp_month between 1 and 12),
  exp_year smallint not null,
  entry_mode text not null,
  cvm text not null,
  aid text not null,
  application_label text not null,
  fingerprint text not null,
  receipt json,
  -- The reader's sealed block while a message may need it, then the vaulted number while a reversal may.
  sealed text,
  vault text,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, payment, number),
  foreign key (account, payment) references payments,
  constraint planned_has_a_start check ((state = 'planned') = (not_before_ms is not null)),
  constraint only_what_was_sent_is_identified check (
    num_nonnulls(stan, rrn, transmitted_ms, send_before_ms, repeats)
      = case when state in ('planned', 'shelved') then 0 else 5 end
  ),
  constraint only_what_was_answered_has_an_answer check (
    num_nonnulls(response_code, answered_ms) = case when state in ('approved', 'declined') then 2 else 0 end
    and (state = 'approved') = (approval_code is not null)
  ),
  constraint retry_fits_the_state check (
    case when state = 'unknown' then retry_at_ms is not null when state = 'declined' then true
      else retry_at_ms is null end
  ),
  constraint reversal_fits_the_state check (
    (reversal_why is not null) = (state in ('reversing', 'reversed'))
    and num_nonnulls(reversal_stan, reversal_transmitted_ms, reversal_tries, reversal_retry_at_ms)
      = case when state = 'reversing' then 4 else 0 end
  ),
  constraint track_dies_with_the_approval check (state <> 'approved' or sealed is null)
);
-- P2: two standing approvals of one payment can never be written.
create unique index attempts_one_approval on attempts (account, payment) where state = 'approved' and wanted;
create unique index attempts_charge on attempts (account, charge);
create index attempts_newest on attempts (account, created_ms desc, charge desc);
-- The acquirer tells messages apart by terminal, STAN and day, and by terminal and RRN.
create unique index attempts_stan on attempts (account, terminal_id, stan, (transmitted_ms / 86400000))
  where stan is not null;
create unique index attempts_rrn on attempts (account, terminal_id, rrn) where rrn is not null;

-- A void is for ever and may arrive before its payment.
create table voids (
  account text not null references accounts,
  payment text not null check (payment like 'pi\_%'),
  reason text not null,
  primary key (account, payment)
);

-- Everything that devices sent, for ever: known records are recognised by their hash.
create table records (
  account text not null,
  device text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  epoch text,
  seq bigint check (seq >= 1),
  prev text check (prev ~ '^[0-9a-f]{64}$'),
  kind text,
  payment text,
  header text not null,
  signature text not null,
  -- Kept here only for a parked record; an accepted one hands it to its attempt, where it is erased in time.
  sealed text,
  contact text,
  parked_code text,
  received_ms bigint not null check (received_ms >= 0),
  primary key (account, device, hash),
  foreign key (account, device) references devices,
  constraint only_a_parked_record_keeps_the_card check (sealed is null or parked_code is not null)
);
create index records_prev on records (account, device, prev);
create index records_payment on records (account, payment);

-- The outbox: written with its cause, read by whoever tells the world.
create table events (
  account text not null references accounts,
  event text not null check (event like 'evt\_%'),
  position bigint generated always as identity,
  type text not null,
  payment text not null,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, event)
);
create index events_position on events (position);

-- One row per acquirer link: who may send on it, and the STANs that nobody has taken yet.
create table links (
  link text primary key,
  owner text not null,
  generation integer not null check (generation >= 1),
  until_ms bigint not null,
  stan_next integer not null check (stan_next between 1 and 999999)
);
