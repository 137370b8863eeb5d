//! From a step to a transaction.

use super::{
    super::{ChainError, Landing, Planned, SignedBatch, Step},
    Solana, landing,
    layout::{Layout, slice},
    prepare::Task,
    price,
    refusal::{Refusal, is_signature, told},
    rpc::{Account, Failure, Level, MAX_ADDRESSES},
    sessions,
    slots::SLOT_HASHES,
    tables,
    transaction::{Budget, MAX_UNITS, compile, sign},
    unavailable,
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_message::Hash;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::PoisonError,
};

/// A transaction may use a tenth more than its simulation, and so many units besides: addresses of new accounts cost more or
/// less, and others may have changed what it reads.
const SPARE_UNITS: u64 = 3_000;

impl Solana {
    pub(super) async fn planned(
        &self,
        batch: &SignedBatch,
        step: &Step,
        replaces: Option<&Planned>,
    ) -> Result<Planned, ChainError> {
        if let Some(old) = replaces {
            self.require_replaceable(step, old).await?;
        }
        let layout = self.layouts.of(batch).await;
        let calls = self.calls_of(&layout, step).await?;
        let writable: BTreeSet<Address> = calls
            .iter()
            .flat_map(|call| &call.accounts)
            .filter(|meta| meta.is_writable)
            .map(|meta| meta.pubkey)
            .collect();
        // Of the batch's own accounts config and vaults are where transactions meet; more than 128 are not looked at.
        let writable: Vec<Address> = writable.into_iter().take(MAX_ADDRESSES).collect();
        let recent = self.rpc.prices(&writable).await.map_err(unavailable)?;
        let fresh = price::fresh(recent, self.prices);
        let price = replaces.map_or(fresh, |old| price::raised(fresh, old.price, self.prices));

        let units = self.simulated(step, &calls, price).await?;
        let limit = units.saturating_add(units / 10).saturating_add(SPARE_UNITS);
        let mut budget = Budget {
            units: u32::try_from(limit).unwrap_or(MAX_UNITS).min(MAX_UNITS),
            price,
        };
        let (blockhash, last_height) = self.rpc.blockhash().await.map_err(unavailable)?;
        let mut signed = self.signed(step, &calls, blockhash, budget)?;
        if replaces.is_some_and(|old| old.id == signed.0) {
            // The same bytes would be the same transaction, which is not sent a second time.
            budget.units = budget.units.saturating_add(1);
            signed = self.signed(step, &calls, blockhash, budget)?;
        }
        let (id, raw) = signed;
        Ok(Planned {
            step: step.clone(),
            id,
            raw,
            payer: self.payer_address().to_string(),
            nonce: None,
            last_height: Some(last_height),
            price: price.into(),
        })
    }

    /// The step would go through now.
    pub(super) async fn checked(&self, batch: &SignedBatch, step: &Step) -> Result<(), ChainError> {
        let layout = self.layouts.of(batch).await;
        let mut open = vec![step.clone()];
        while let Some(step) = open.pop() {
            let calls = self.calls_of(&layout, &step).await?;
            let budget = Budget {
                units: MAX_UNITS,
                price: 0,
            };
            let fits = self.compiled(&calls, Hash::default(), budget).is_some();
            // A part of a chunk may need a longer proof than the whole, and not fit.
            match halves(&step).filter(|_| !fits) {
                Some([first, second]) => open.extend([second, first]),
                None => {
                    self.simulated(&step, &calls, 0).await?;
                }
            }
        }
        Ok(())
    }

    /// A chunk may land twice; what else lands twice would fail, so the first must not be able to land any more.
    async fn require_replaceable(&self, step: &Step, old: &Planned) -> Result<(), ChainError> {
        let is_chunk = matches!(
            step,
            Step::Debits(_)
                | Step::Items(_)
                | Step::Credits(_)
                | Step::RevertDeltas(_)
                | Step::RevertItems(_)
        );
        if is_chunk {
            return Ok(());
        }
        let id = &old.id;
        match landing::landing(&*self.rpc, old).await? {
            Landing::Expired | Landing::Failed { .. } => Ok(()),
            Landing::Pending => Err(passing(
                step,
                format!("transaction {id} can still land: wait until it has expired"),
            )),
            Landing::Landed { .. } => Err(passing(
                step,
                format!("transaction {id} has landed: look at the batch again"),
            )),
        }
    }

    /// Builds and simulates the transaction; returned are the compute units that it used.
    async fn simulated(&self, step: &Step, calls: &[Instruction], price: u64) -> Result<u64, ChainError> {
        let budget = Budget {
            units: MAX_UNITS,
            price,
        };
        // The node puts a blockhash of its own into it.
        let (_, raw) = self.signed(step, calls, Hash::default(), budget)?;
        let simulation = self.rpc.simulate(&raw).await.map_err(unavailable)?;
        match simulation.failure {
            None => Ok(simulation.units),
            Some(failure) => Err(self.refused(step, &failure, &simulation.logs)),
        }
    }

    fn refused(&self, step: &Step, failure: &Failure, logs: &[String]) -> ChainError {
        let payer = |reason: &str| ChainError::Payer {
            payer: self.payer_address().to_string(),
            reason: reason.to_owned(),
        };
        match failure {
            Failure::Payer(text) => payer(text),
            Failure::Table(text) => {
                // Somebody has closed one, or a fork is gone: read them again.
                self.forget();
                passing(step, text.clone())
            }
            Failure::Other(text) => ChainError::Unavailable(format!("simulation: {text}")),
            Failure::Program { code, text } if *step == Step::Open && is_signature(*code, logs) => permanent(
                step,
                format!(
                    "the authority's signature is not one of this header ({text}): let the settlement's authority sign it"
                ),
            ),
            Failure::Program { code, text } => match told(*code, text, logs) {
                Refusal::Payer(text) => payer(&text),
                Refusal::Program {
                    reason,
                    permanent,
                    missing,
                } => {
                    if missing {
                        self.forget();
                    }
                    // Ledgers to be credited are opened before. Who is debited has none, or has lost the item.
                    let lost = missing && matches!(step, Step::Debits(_) | Step::Items(_));
                    ChainError::Rejected {
                        step: step.clone(),
                        reason,
                        permanent: permanent || lost,
                    }
                }
            },
        }
    }

    fn signed(
        &self,
        step: &Step,
        calls: &[Instruction],
        blockhash: Hash,
        budget: Budget,
    ) -> Result<(String, Vec<u8>), ChainError> {
        let message = self.compiled(calls, blockhash, budget);
        let message = message.ok_or_else(|| {
            passing(
                step,
                "it does not fit one transaction any more: look at the batch again".into(),
            )
        })?;
        let (signature, raw) = sign(&self.payer, &message);
        Ok((signature.to_string(), raw))
    }

    fn compiled(
        &self,
        calls: &[Instruction],
        blockhash: Hash,
        budget: Budget,
    ) -> Option<solana_message::VersionedMessage> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tables = pool.map(|pool| pool.pick(calls)).unwrap_or_default();
        compile(&self.payer_address(), calls, &tables, blockhash, budget)
    }

    /// The instructions of a step, as things are now.
    async fn calls_of(&self, layout: &Layout, step: &Step) -> Result<Vec<Instruction>, ChainError> {
        let calls = self.calls(layout);
        // Tables are used by all but the openings.
        self.pool().await?;
        let call = match step {
            Step::Prepare(number) => return self.task_calls(layout, step, *number).await,
            Step::Open => {
                let authority = self.snapshot(layout).await?.config.authority;
                let open = calls.open(&authority);
                let wrong = "the authority's signature has not 64 bytes: sign the batch again";
                return open.ok_or_else(|| permanent(step, wrong.into()));
            }
            Step::Debits(leaves) => {
                let slots = self.debit_slots(layout, step, leaves).await?;
                calls.debits(leaves, &slots)
            }
            Step::Items(leaves) => {
                let slots = self.item_slots(layout, step, leaves).await?;
                calls.items(leaves, &slots)
            }
            Step::Credits(leaves) => calls.credits(leaves),
            Step::RevertDeltas(leaves) => calls.revert_deltas(leaves),
            Step::RevertItems(leaves) => calls.revert_items(leaves),
            Step::Finalize => Some(calls.finalize(self.opener(layout, step).await?)),
            Step::Close => Some(calls.close(self.opener(layout, step).await?)),
        };
        let call = call.ok_or_else(|| permanent(step, "the batch has no such leaves of one vault".into()))?;
        Ok(vec![call])
    }

    async fn task_calls(
        &self,
        layout: &Layout,
        step: &Step,
        number: u32,
    ) -> Result<Vec<Instruction>, ChainError> {
        let mut task = self.noted_task(layout, number);
        if task.is_none() {
            let mut tasks = self.tasks(layout).await?.unwrap_or_default();
            task = tasks.remove(&number);
            self.note_tasks(layout, tasks);
        }
        let done = || {
            passing(
                step,
                "nothing is left to prepare by this number: look at the batch again".into(),
            )
        };
        let payer = self.payer_address();
        match task.ok_or_else(done)? {
            Task::Ledgers(leaves) => {
                let calls = self.calls(layout);
                let opened: Option<Vec<_>> = leaves.iter().map(|leaf| calls.open_ledger(*leaf)).collect();
                opened.ok_or_else(done)
            }
            Task::Table(extension) => match extension.table {
                Some(table) => Ok(vec![tables::extend(table, payer, extension.addresses)]),
                None => {
                    let sysvar = self
                        .rpc
                        .accounts(&[SLOT_HASHES], Level::Confirmed)
                        .await
                        .map_err(unavailable)?;
                    let sysvar = sysvar
                        .found
                        .into_iter()
                        .next()
                        .flatten()
                        .map(|account| account.data);
                    let slot = sysvar.and_then(|data| self.slots.next(&data, &payer, &self.taken_tables()));
                    let slot = slot.ok_or_else(|| {
                        passing(
                            step,
                            "no recent slot is left for another lookup table: try again in a moment".into(),
                        )
                    })?;
                    let (calls, table) = tables::create(slot, payer, extension.addresses);
                    self.note_table(table);
                    Ok(calls)
                }
            },
        }
    }

    /// Slots of the sessions that debits are charged to.
    async fn debit_slots(
        &self,
        layout: &Layout,
        step: &Step,
        leaves: &Range<u32>,
    ) -> Result<Vec<u8>, ChainError> {
        let deltas = slice(&layout.deltas, leaves).unwrap_or_default();
        let grants = self.grants(deltas.iter().map(|delta| delta.grants)).await?;
        let signed = slice(&layout.batch.deltas, leaves).unwrap_or_default();
        let slots = signed.iter().zip(deltas).map(|(leaf, delta)| {
            let slot = sessions::slot(grants.get(&delta.grants), &leaf.session);
            slot.ok_or_else(|| gone(step, &leaf.owner.0, &leaf.session))
        });
        slots.collect()
    }

    /// Slots of the sessions that let items go.
    async fn item_slots(
        &self,
        layout: &Layout,
        step: &Step,
        leaves: &Range<u32>,
    ) -> Result<Vec<u8>, ChainError> {
        let items = slice(&layout.items, leaves).unwrap_or_default();
        let grants = self.grants(items.iter().map(|item| item.grants)).await?;
        let moved = slice(&layout.batch.items, leaves).unwrap_or_default();
        let keys = slice(&layout.batch.item_sessions, leaves).unwrap_or_default();
        let slots = moved.iter().zip(items).zip(keys).map(|((leaf, item), key)| {
            let slot = sessions::slot(grants.get(&item.grants), key);
            slot.ok_or_else(|| gone(step, &leaf.from.0, key))
        });
        slots.collect()
    }

    async fn grants(
        &self,
        of: impl Iterator<Item = Address>,
    ) -> Result<BTreeMap<Address, Account>, ChainError> {
        let addresses: Vec<Address> = of.collect::<BTreeSet<_>>().into_iter().collect();
        let mut all = BTreeMap::new();
        for part in addresses.chunks(MAX_ADDRESSES) {
            let accounts = self
                .rpc
                .accounts(part, Level::Confirmed)
                .await
                .map_err(unavailable)?;
            let found = part.iter().zip(accounts.found);
            all.extend(found.filter_map(|(address, account)| Some((*address, account?))));
        }
        Ok(all)
    }

    /// Who opened the batch.
    async fn opener(&self, layout: &Layout, step: &Step) -> Result<Address, ChainError> {
        let batch = self.snapshot(layout).await?.batch;
        let over = || passing(step, "the batch is over: look at it again".into());
        batch.map(|batch| batch.head.payer).ok_or_else(over)
    }
}

/// The two halves of a chunk.
fn halves(step: &Step) -> Option<[Step; 2]> {
    let split = |leaves: &Range<u32>, step: fn(Range<u32>) -> Step| {
        let len = leaves.end.checked_sub(leaves.start).filter(|len| *len > 1)?;
        let middle = leaves.start + len / 2;
        Some([step(leaves.start..middle), step(middle..leaves.end)])
    };
    match step {
        Step::Debits(leaves) => split(leaves, Step::Debits),
        Step::Items(leaves) => split(leaves, Step::Items),
        Step::Credits(leaves) => split(leaves, Step::Credits),
        Step::RevertDeltas(leaves) => split(leaves, Step::RevertDeltas),
        Step::RevertItems(leaves) => split(leaves, Step::RevertItems),
        Step::Prepare(_) | Step::Open | Step::Finalize | Step::Close => None,
    }
}

fn gone(step: &Step, owner: &[u8; 32], key: &[u8; 32]) -> ChainError {
    let (owner, key) = (Address::from(*owner), Address::from(*key));
    permanent(
        step,
        format!("SessionGone: {owner} has no session {key} any more: let its intents wait"),
    )
}

fn permanent(step: &Step, reason: String) -> ChainError {
    ChainError::Rejected {
        step: step.clone(),
        reason,
        permanent: true,
    }
}

fn passing(step: &Step, reason: String) -> ChainError {
    ChainError::Rejected {
        step: step.clone(),
        reason,
        permanent: false,
    }
}
