-- What the authoriser reads, in the order in which it reads it: live sales by when they are due, the backlog of an outage
-- device by device.
create index payments_due_live on payments (link, due_ms)
  where stored_ms is null and due_ms is not null and attention is null;
create index payments_due_stored on payments (link, account, device, opened_ms, payment)
  where stored_ms is not null and due_ms is not null and attention is null;
drop index payments_due;
