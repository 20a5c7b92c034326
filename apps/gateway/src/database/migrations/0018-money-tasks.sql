-- What payments hand over to money. Written with its cause; done once, in the transaction of its effect.

create table money_tasks (
  account text not null references accounts,
  -- Follows from the cause, so that a cause that is told twice makes no second task. Done ones stay for the same reason.
  task text not null check (length(task) between 1 and 200),
  -- Tasks of one payment are done in this order.
  position bigint generated always as identity,
  -- A follow-up may arrive before its payment.
  payment text not null check (payment like 'pi\_%'),
  kind text not null check (kind in (
    'approved', 'declined', 'voided', 'tip', 'capture_request', 'refund_request', 'capture_expiry'
  )),
  body json not null,
  created_ms bigint not null check (created_ms >= 0),
  due_ms bigint not null,
  tries integer not null default 0 check (tries >= 0),
  -- Why a human has to look; the others go on.
  attention text check (length(attention) between 1 and 200),
  done_ms bigint,
  primary key (account, task),
  constraint nobody_looks_at_what_is_done check (attention is null or done_ms is null)
);
create index money_tasks_due on money_tasks (due_ms, position) where done_ms is null and attention is null;
create index money_tasks_payment on money_tasks (account, payment, position) where done_ms is null;
create index money_tasks_attention on money_tasks (account, created_ms) where attention is not null;
