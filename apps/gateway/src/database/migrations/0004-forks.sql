-- Two records of one device never continue the same one: the second is parked, whoever was faster. The first record of
-- a device continues nothing, and there is one such too.
create unique index records_one_successor on records (account, device, coalesce(prev, ''))
  where parked_code is null and kind is not null;

-- A copied or restored device is told at each contact.
create index records_forks on records (account, device) where parked_code = 'record_fork';
