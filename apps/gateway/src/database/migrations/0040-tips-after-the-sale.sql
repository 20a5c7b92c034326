-- A tip that is written in after the approval took the money: a second message of the same capture tells the final
-- amount. There is one for a capture, for ever, by the unique index on what a presentment is of.

alter table presentments drop constraint presentments_subject_kind_check;
alter table presentments add constraint presentments_subject_kind_check
  check (subject_kind in ('capture', 'refund', 'tip'));
alter table presentments add constraint a_tip_is_told_by_a_completion
  check (subject_kind <> 'tip' or message = 'completion');
