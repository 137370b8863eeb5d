-- The same log is kept once per contract that could not read it: a contract that was renamed after its ABI had been wrong reads
-- the log again, and so does another network of the configuration on the same chain.
alter table novate.undecoded drop constraint undecoded_pkey, add primary key (source, contract, id);
