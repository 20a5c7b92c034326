-- What the acquirer has not heard of yet is looked at each minute, in tables that only grow.

create index presentments_open on presentments (link, created_ms)
  where state not in ('accepted', 'declined', 'given_up', 'canceled');
create index payments_uncaptured on payments (link) where status = 'requires_capture';
