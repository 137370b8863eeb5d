-- Nonces of sign-in messages carry their own proof: only those that were used are kept, until they would have expired.
drop table accounts.sign_in_nonces;

create table accounts.used_nonces (
    nonce text primary key,
    expires_at timestamptz not null
);

create index on accounts.used_nonces (expires_at);

-- Secrets that all processes on this database share. Made by the first that needs them.
create table accounts.keys (
    name text primary key,
    key bytea not null check (length(key) = 32)
);

-- Grants of sessions that a relayer paid for: what its quotas count. A row is written before its transaction is sent;
-- `hash` is null until a node took it.
create table accounts.relayed (
    id bigint generated always as identity primary key,
    chain bigint not null,
    relayer bytea not null check (length(relayer) = 20),
    owner bytea not null check (length(owner) = 32),
    session bytea not null check (length(session) = 32),
    hash bytea check (length(hash) = 32),
    sent_at timestamptz not null
);

create index on accounts.relayed (chain, relayer, sent_at);
create index on accounts.relayed (chain, owner, session, sent_at);
