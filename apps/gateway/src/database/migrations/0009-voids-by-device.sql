-- A void that arrives before its payment counts for a payment of the same device only.

alter table voids add column device text;
update voids v set device = coalesce(
  (select p.device from payments p where p.account = v.account and p.payment = v.payment),
  (select min(r.device) from records r
    where r.account = v.account and r.payment = v.payment and r.kind = 'payment.voided')
);
delete from voids where device is null;
alter table voids alter column device set not null;
alter table voids drop constraint voids_pkey;
alter table voids add primary key (account, payment, device);
