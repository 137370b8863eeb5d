-- What the clearing service must not forget. Rows of intents and outcomes are written once and never changed: what became of an
-- intent follows from the batch that it is in.
create table clearing.settlements (
    id smallint generated always as identity primary key,
    -- as in the configuration
    name text not null unique,
    -- numbers of chains are unsigned 64-bit
    chain numeric(20) not null,
    address bytea not null check (length(address) = 32),
    -- the last intent that a window took; what is above waits
    cursor bigint not null default 0,
    -- no batch below it: the signer has given this one's predecessors to others
    next_sequence bigint not null default 1,
    unique (chain, address)
);

-- Every intent that was accepted, in arrival order. A transaction that adds some holds an advisory lock, so numbers become
-- visible in their order and a window never misses one.
create table clearing.intents (
    seq bigint generated always as identity primary key,
    settlement smallint not null references clearing.settlements (id),
    -- digest of the signed bytes, which name chain and settlement
    id bytea not null unique check (length(id) = 32),
    owner bytea not null check (length(owner) = 32),
    session bytea not null check (length(session) = 32),
    nonce bigint not null,
    -- Borsh
    body bytea not null,
    -- 64 bytes of Ed25519, or 65 of secp256k1
    signature bytea not null check (length(signature) in (64, 65)),
    -- Unix seconds
    received_at bigint not null,
    expires_at bigint not null
);

-- Windows.
create index on clearing.intents (settlement, seq);
-- Histories.
create index on clearing.intents (owner, seq);
-- The last intent of a session.
create index on clearing.intents (settlement, owner, session, seq);

-- The nonce above which an intent of this session must be.
create table clearing.nonces (
    settlement smallint not null references clearing.settlements (id),
    owner bytea not null,
    session bytea not null,
    last bigint not null,
    primary key (settlement, owner, session)
) with (fillfactor = 50); -- room for updates in place

-- Intents from earlier windows that are in no batch: listings that nobody has bought, and those of batches that were taken back
-- or never signed.
create table clearing.carried (
    seq bigint primary key references clearing.intents (seq),
    settlement smallint not null references clearing.settlements (id),
    -- not before this time (Unix seconds); zero for a listing that waits for its buyer
    not_before bigint not null default 0
);

create index on clearing.carried (settlement, not_before);

-- Who makes batches and drives them. Each leader raises the epoch, and every transaction of a leader begins by sharing the row
-- of its own epoch: one that was replaced without knowing it writes nothing any more.
create table clearing.leader (
    service boolean primary key default true check (service),
    epoch bigint not null,
    holder text not null,
    since timestamptz not null default now()
);

insert into clearing.leader (epoch, holder) values (0, 'nobody yet');

create table clearing.batches (
    number bigint generated always as identity primary key,
    settlement smallint not null references clearing.settlements (id),
    -- counts the settlement's batches on chain; one that the chain never saw frees its number
    sequence bigint not null,
    state text not null check (state in
        ('made', 'stored', 'signed', 'settled', 'finalized', 'closed', 'refused', 'quarantined', 'abandoned')),
    -- why it is refused or quarantined, or what it waits for
    reason text,
    -- Borsh
    header bytea not null,
    blob_cid bytea not null,
    -- Borsh of deltas, items and their sessions
    leaves bytea not null,
    signature bytea,
    -- owners who made it fail, and whose intents wait for a while when it is taken back
    blamed bytea[] not null default '{}',
    intents integer not null,
    filled integer not null,
    deltas integer not null,
    items integer not null,
    opened_at timestamptz not null,
    made_at timestamptz not null default now(),
    settled_at timestamptz,
    updated_at timestamptz not null default now()
);

-- One batch at a time has a sequence.
create unique index on clearing.batches (settlement, sequence) where state not in ('refused');
create index on clearing.batches (settlement, sequence) where state not in ('finalized', 'closed', 'refused', 'abandoned');

-- Written with the batch, in one transaction.
create table clearing.outcomes (
    batch bigint not null references clearing.batches (number),
    position integer not null,
    seq bigint not null references clearing.intents (seq),
    outcome smallint not null,
    primary key (batch, position)
);

-- An intent is in several batches only if the earlier ones were closed or refused.
create index on clearing.outcomes (seq);

-- Blobs until their batch is final; written with the batch.
create table clearing.blobs (
    cid bytea primary key,
    bytes bytea not null
);

-- Every transaction before it is sent.
create table clearing.transactions (
    id text primary key,
    batch bigint not null references clearing.batches (number),
    step text not null,
    raw bytea not null,
    payer text not null,
    nonce bigint,
    last_height bigint,
    price numeric(39) not null,
    state text not null check (state in ('planned', 'sent', 'landed', 'finalized', 'failed', 'expired')),
    -- when it was last sent
    sent_at timestamptz,
    error text,
    fee numeric(39),
    units bigint,
    planned_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create index on clearing.transactions (batch);
create index on clearing.transactions (payer, nonce) where nonce is not null;
