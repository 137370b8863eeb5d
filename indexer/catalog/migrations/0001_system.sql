-- System tables: what is followed, how far, and how certain it is.
-- (The schema novate itself is made by the migrator, which keeps its own table there.)
create schema data;
create schema events;

create table novate.networks (
    name text primary key,
    kind text not null check (kind in ('evm', 'solana', 'icp')),
    -- what tells this chain from another one behind the same URL (EVM: chain id and genesis hash; Solana: genesis hash;
    -- IC: root key); null until a node has answered for the first time
    identity text,
    head bigint not null default -1,
    confirmed bigint not null default -1,
    finalized bigint not null default -1,
    head_time timestamptz,
    updated_at timestamptz not null default now()
);

-- One row per follower: an EVM network, a Solana program, an ICRC-3 canister.
create table novate.sources (
    id text primary key,
    network text not null references novate.networks (name),
    -- opaque to all but the source, which keeps in it the recent block hashes that tell of a reorg; null until the
    -- first commit, which is not the same as block 0
    cursor jsonb,
    -- the first block whose events may be missing here
    next_block bigint,
    -- the newest block of what this source follows: two canisters of one network count their blocks apart
    head bigint,
    state text not null check (state in ('starting', 'backfill', 'live', 'retrying', 'stopped')),
    error text,
    events bigint not null default 0,
    updated_at timestamptz not null default now()
);

-- What matched an event but could not be decoded or stored: kept as it came, for a person to look at.
create table novate.undecoded (
    id text primary key,
    source text not null references novate.sources (id) on delete cascade,
    contract text not null,
    address text not null,
    block_number bigint not null,
    block_hash text not null,
    tx_hash text,
    reason text not null,
    raw jsonb not null
);

create index on novate.undecoded (source, block_number);

create table novate.tables (
    name text primary key,
    network text not null,
    contract text not null,
    definition jsonb not null
);

-- A row without a known network is only 'seen'.
create function novate.finality(network text, block_number bigint) returns text
language sql stable parallel safe
as $$
    select coalesce(
        (select case
            when $2 <= n.finalized then 'finalized'
            when $2 <= n.confirmed then 'confirmed'
            else 'seen'
        end from novate.networks n where n.name = $1),
        'seen')
$$;
