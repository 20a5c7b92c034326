-- Records are looked up by hash and by what they continue, never device by device. With the hash before the device no
-- look-up can become a walk over a device's records, whatever statistics there are.

alter table records drop constraint records_pkey;
alter table records add primary key (account, hash, device);

-- Good records are found by the index that keeps them apart; only parked ones need one of their own.
drop index records_prev;
drop index records_one_successor;
create unique index records_one_successor on records (account, coalesce(prev, ''), device)
  where parked_code is null and kind is not null;
create index records_parked_successors on records (account, coalesce(prev, ''), device)
  where parked_code is not null and kind is not null;
