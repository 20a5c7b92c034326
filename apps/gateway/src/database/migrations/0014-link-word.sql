-- What the owner of a link last said of it, for the processes that have no link of their own: they tell devices whether
-- an issuer can be asked. Null before the first word.

alter table links
  add column host_state text check (host_state in ('up', 'down')),
  -- Since when it is so.
  add column host_since_ms bigint check (host_since_ms >= 0),
  add constraint link_word_whole check (num_nonnulls(host_state, host_since_ms) in (0, 2));
