-- SQ4, SQ7: every change of what devices may do offline, for ever: who, when, what it was and what it became.

create table offline_policy_changes (
  account text not null references accounts,
  position bigint generated always as identity,
  changed_by text not null check (length(changed_by) between 1 and 200),
  -- The beginning of the key that it came with, as in api_keys.
  key_prefix text not null check (length(key_prefix) <= 16),
  changed_ms bigint not null check (changed_ms >= 0),
  terms_before json,
  terms_after json not null,
  -- The version of the text that was accepted with it; null where none was.
  liability_text text,
  primary key (account, position)
);
