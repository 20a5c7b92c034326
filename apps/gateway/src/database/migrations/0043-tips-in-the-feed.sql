-- What became of a tip that was written in after its sale is told to the till: an item of the feed like an outcome. A
-- device that does not ask for them is not given any, and its cursor passes them by.

alter table feed add column is_tip boolean not null default false;
alter table feed add constraint a_tip_is_of_a_payment check (not is_tip or payment is not null);
