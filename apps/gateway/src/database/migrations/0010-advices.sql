-- What the card approved by itself, or a voice did, is told to the issuer and not asked.

alter table payments add column word_voice_code text;
alter table payments add constraint only_a_voice_approval_has_its_code
  check ((word_kind is not null and word_kind = 'voice') = (word_voice_code is not null));

-- Null before it was sent, and for a request.
alter table attempts add column advice boolean;
alter table attempts add constraint only_what_was_sent_is_an_advice
  check (advice is null or (advice and stan is not null));
