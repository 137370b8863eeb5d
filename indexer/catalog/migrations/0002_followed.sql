-- A source that nobody configures any more keeps its cursor, so that it can come back, but is no part of the state of the index.
alter table novate.sources add column followed boolean not null default true;

-- Number of the advisory lock that whoever writes for a source holds.
create function novate.lock_of(source text) returns bigint
language sql immutable parallel safe
as $$ select hashtextextended('novate source ' || source, 0) $$;
