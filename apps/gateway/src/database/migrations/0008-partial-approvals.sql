-- Where an issuer approved less than was asked (MC3); null for the whole amount.

alter table attempts add column approved_minor bigint;
alter table attempts add constraint only_an_approval_may_be_partial
  check (approved_minor is null or (approved_minor >= 1 and state = 'approved'));
