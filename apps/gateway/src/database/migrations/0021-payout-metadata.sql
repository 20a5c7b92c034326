alter table payouts add column metadata json not null default '{}';
