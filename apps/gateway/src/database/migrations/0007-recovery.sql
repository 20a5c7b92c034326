-- After a restore: which payments a lost database may have taken further, and which devices have told everything again.

alter table devices add column synced_generation integer not null default 1 check (synced_generation >= 1);

-- Below settings.generation: nothing of this payment is put to the issuer as if it were new.
alter table payments add column as_of integer not null default 1 check (as_of >= 0);

-- A message that only a lost database knew has no STAN here ('000000'), and there may be many of them.
drop index attempts_stan;
create unique index attempts_stan on attempts (account, terminal_id, stan, (transmitted_ms / 86400000))
  where stan <> '000000';

alter table attempts drop constraint attempts_reversal_why_check;
alter table attempts add constraint attempts_reversal_why_check
  check (reversal_why in ('voided', 'superseded', 'unclaimed', 'no_answer', 'found_reversed'));
