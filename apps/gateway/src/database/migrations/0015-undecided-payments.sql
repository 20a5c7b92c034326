-- What is at risk now (MC5): accepted, and not decided. Small beside the payments, since each leaves it when it is decided.
create index payments_undecided on payments (account, location, device)
  where word = 'accepted' and status = 'processing';
