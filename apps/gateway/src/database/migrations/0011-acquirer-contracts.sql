-- What an acquirer's contract does not take: stored sales beyond its age, and approvals of a part.

alter table attempts drop constraint attempts_state_check;
alter table attempts add constraint attempts_state_check check (state in (
  'planned', 'shelved', 'expired', 'sent', 'unknown', 'approved', 'declined', 'reversing', 'reversed'
));

alter table attempts drop constraint only_what_was_sent_is_identified;
alter table attempts add constraint only_what_was_sent_is_identified check (
  num_nonnulls(stan, rrn, transmitted_ms, send_before_ms, repeats)
    = case when state in ('planned', 'shelved', 'expired') then 0 else 5 end
);

alter table attempts drop constraint attempts_reversal_why_check;
alter table attempts add constraint attempts_reversal_why_check check (
  reversal_why in ('voided', 'superseded', 'unclaimed', 'no_answer', 'found_reversed', 'part_refused')
);
-- Once it is taken back it is a decline.
alter table attempts add constraint a_refused_part_is_never_just_reversed
  check (reversal_why <> 'part_refused' or state = 'reversing');
-- Nothing of it is sent any more, so nothing of its card is kept.
alter table attempts add constraint track_dies_with_the_age check (state <> 'expired' or sealed is null);
