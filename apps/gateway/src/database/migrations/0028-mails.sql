-- The outbox of mails. Each has one id, which is also its Message-ID: a mail server that crashes while it takes one may
-- deliver it twice, and whoever reads both sees that they are one.

alter table accounts
  -- Where the seller reads notices; null for nowhere.
  add column notice_email text check (length(notice_email) <= 254),
  add column language text not null default 'en' check (language in ('en', 'fr', 'es'));

create table mails (
  account text not null references accounts,
  mail text not null check (mail like 'mail\_%'),
  mode text not null check (mode in ('test', 'live')),
  kind text not null check (kind in ('receipt_stored', 'receipt', 'payment_declined', 'webhook_disabled')),
  -- The payment or the endpoint. Its facts are read when the mail is written, and so is a customer's address, which
  -- stays sealed in the record until then.
  about text not null,
  state text not null check (state in ('queued', 'sent', 'dropped')),
  done_ms bigint,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, mail),
  constraint what_is_over_has_its_time check ((state = 'queued') = (done_ms is null))
);
create unique index mails_once on mails (account, kind, about) where kind <> 'webhook_disabled';
