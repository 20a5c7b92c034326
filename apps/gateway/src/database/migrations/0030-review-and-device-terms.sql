-- What a person has read in the acquirer's books is a decision too; what devices may do is also decided one by one.

alter table reviews drop constraint reviews_decision_check;
alter table reviews add constraint reviews_decision_check check (decision in ('released', 'rejected', 'resolved'));
-- What the books hold: {"found": "nothing"}, or the approval.
alter table reviews add column found json;
alter table reviews add constraint only_a_resolution_has_found_something
  check ((found is not null) = (decision = 'resolved'));
create index reviews_payment on reviews (account, payment, decided_ms desc) where payment is not null;

-- Null: for all devices of the account that have no terms of their own.
alter table offline_policy_changes add column device text;
alter table offline_policy_changes alter column terms_after drop not null;
alter table offline_policy_changes add foreign key (account, device) references devices;
alter table offline_policy_changes add constraint only_a_device_goes_back_to_what_all_have
  check (terms_after is not null or device is not null);
