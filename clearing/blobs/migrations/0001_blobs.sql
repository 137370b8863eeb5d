-- What is to be kept, and which stores were found to lack it.
create table blobs.blobs (
    cid          bytea       primary key,
    length       bigint      not null check (length >= 0),
    anchored     boolean     not null,
    tracked_at   timestamptz not null default now(),
    -- null before the first check
    missing      text[],
    -- checks in a row that left something missing
    failures     integer     not null default 0,
    error        text,
    next_check   timestamptz not null
);
create index blobs_next_check on blobs.blobs (next_check);
create index blobs_missing on blobs.blobs (cid) where missing <> '{}';

-- Every version of every name; the highest is the one in force.
create table blobs.names (
    name         text        not null,
    version      bigint      not null check (version > 0),
    cid          bytea       not null,
    linked_at    timestamptz not null default now(),
    primary key (name, version)
);
