-- Nonces of sign-in messages: each is good once, for a few minutes.
create table accounts.sign_in_nonces (
    nonce text primary key,
    expires_at timestamptz not null
);

create index on accounts.sign_in_nonces (expires_at);
