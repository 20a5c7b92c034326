-- What cardholders contest. One per chargeback of the acquirer; money is held while it is open.
create table disputes (
  account text not null,
  dispute text not null check (dispute like 'du\_%'),
  mode text not null check (mode in ('test', 'live')),
  payment text not null,
  charge text not null,
  -- The acquirer's id of the chargeback: told again it makes no second dispute.
  chargeback text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 1),
  fee_minor bigint not null check (fee_minor >= 0),
  reason_code text not null,
  reason text not null,
  status text not null check (status in ('inquiry', 'needs_response', 'under_review', 'won', 'lost', 'closed')),
  due_ms bigint,
  round smallint not null check (round between 1 and 2),
  submitted_ms bigint,
  closed_ms bigint,
  evidence json not null,
  submissions smallint not null default 0,
  metadata json not null,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, dispute),
  unique (account, chargeback),
  foreign key (account, payment) references payments,
  constraint status_has_its_columns check (
    case status
      when 'inquiry' then due_ms is not null and num_nonnulls(submitted_ms, closed_ms) = 0
      when 'needs_response' then due_ms is not null and num_nonnulls(submitted_ms, closed_ms) = 0
      when 'under_review' then submitted_ms is not null and num_nonnulls(due_ms, closed_ms) = 0
      else closed_ms is not null and num_nonnulls(due_ms, submitted_ms) = 0
    end
  )
);
create index disputes_newest on disputes (account, mode, created_ms desc, dispute desc);
create index disputes_payment on disputes (account, payment);
create index disputes_due on disputes (due_ms) where due_ms is not null;

-- Chargebacks that fit no payment of ours, for a human.
create table unmatched_chargebacks (
  chargeback text primary key,
  body json not null,
  why text not null,
  seen_ms bigint not null check (seen_ms >= 0)
);

-- For the shredding of numbers whose window is over.
create index attempts_vaulted on attempts (created_ms) where vault is not null;
