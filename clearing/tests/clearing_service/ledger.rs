//! A chain and a signer in one row of Postgres, so that they outlive the processes that are killed.
//!
//! They keep to the rules of the real ones, in turn and once, and misbehave when they are told to.

use novate_protocol::{batch::BatchHeader, keccak::keccak256};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, types::Json};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks that a transaction can take to land.
pub const LIFETIME: u64 = 400;
/// Leaves in a chunk.
pub const CHUNK: u32 = 3;

pub type Word = String;

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub height: u64,
    pub opened: u64,
    pub over: u64,
    /// Since when it is the turn of the one after.
    pub turn_from: u64,
    /// By owner; there is one asset.
    pub balances: BTreeMap<Word, i128>,
    pub batches: BTreeMap<u64, OnChain>,
    pub mempool: Vec<Waiting>,
    pub landed: BTreeMap<String, Landed>,
    pub signer: Signer,
    pub faults: Faults,
    /// Somebody was told that a batch is settled, and no more than confirmed.
    #[serde(default)]
    pub told_settled: bool,
    /// What a reorg goes back to.
    pub snapshot: Option<Box<Ledger>>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct OnChain {
    pub header: Vec<u8>,
    pub leaves: Vec<(Word, i128)>,
    pub applied: BTreeSet<u32>,
    pub opened_at: u64,
    pub end: Option<(End, u64)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum End {
    Settled,
    Closed,
}

/// A transaction, as it is sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct Sent {
    pub step: String,
    pub header: Vec<u8>,
    pub signature: Vec<u8>,
    pub leaves: Vec<(Word, i128)>,
    /// The block in which it was planned, which makes it one of its kind.
    pub planned: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Waiting {
    pub id: String,
    pub sent: Sent,
    pub lands: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Landed {
    pub height: u64,
    pub error: Option<String>,
    pub times: u32,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Signer {
    pub next: u64,
    pub signed: BTreeMap<Word, Vec<u8>>,
    /// Requests that were refused.
    pub refused: u32,
    /// The header of each sequence that was signed.
    #[serde(default)]
    pub headers: BTreeMap<u64, Vec<u8>>,
    /// The key that signs now, and that the chain believes.
    #[serde(default)]
    pub key: u8,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Faults {
    /// So many transactions are accepted and dropped.
    pub drop: u32,
    /// Transactions land so many blocks late.
    pub late: u64,
    /// Every transaction is executed twice.
    pub twice: bool,
    /// The first batch that settles is taken out of the chain as soon as somebody was told so. Nothing is final before.
    pub reorg: bool,
    /// Blocks of a settle window.
    pub settle_window: Option<u64>,
    /// Nothing is opened or applied.
    pub paused: bool,
    /// The signer is paused.
    pub signer_paused: bool,
    /// The signer says that every batch with this sequence is too old, the first time.
    pub too_old: Option<u64>,
    /// Who takes all but one base unit out when a batch is opened that debits them.
    pub withdraws: Option<Word>,
    /// What they took.
    pub withdrawn: Option<(Word, i128)>,
    /// What the signer allows one batch to debit.
    #[serde(default)]
    pub most: Option<i128>,
    /// The chain takes nothing from more than one leaf at once.
    #[serde(default)]
    pub narrow: bool,
    /// A transaction that was dropped is not taken again.
    #[serde(default)]
    pub underbid: bool,
    /// Transactions that were dropped.
    #[serde(default)]
    pub dropped: BTreeSet<String>,
    /// How far the chain's clock is ahead, in seconds.
    pub ahead: i64,
    /// When the index was looked at last, in Unix seconds.
    pub looked_at: Option<u64>,
    /// The last batch that the index has seen the end of.
    pub seen: Option<u64>,
    /// The same, of the state that a window begins with.
    pub rolled_back: Option<u64>,
}

pub async fn create(pool: &PgPool, ledger: &Ledger) {
    sqlx::query(
        "create table if not exists public.ledger (single boolean primary key, state jsonb not null)",
    )
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("insert into public.ledger values (true, $1)")
        .bind(Json(ledger))
        .execute(pool)
        .await
        .unwrap();
}

pub async fn read(pool: &PgPool) -> Result<Ledger, sqlx::Error> {
    let Json(ledger) = sqlx::query_scalar("select state from public.ledger")
        .fetch_one(pool)
        .await?;
    Ok(ledger)
}

/// Changes it in one transaction, with a new block.
pub async fn change<T>(pool: &PgPool, change: impl FnOnce(&mut Ledger) -> T) -> Result<T, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let Json(mut ledger): Json<Ledger> = sqlx::query_scalar("select state from public.ledger for update")
        .fetch_one(&mut *tx)
        .await?;
    ledger.next_block();
    let result = change(&mut ledger);
    sqlx::query("update public.ledger set state = $1")
        .bind(Json(&ledger))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(result)
}

impl Ledger {
    fn next_block(&mut self) {
        self.height += 1;
        if self.faults.reorg
            && self.told_settled
            && let Some(before) = self.snapshot.take()
        {
            let (height, signer) = (self.height, self.signer.clone());
            *self = *before;
            (self.height, self.signer) = (height, signer);
            self.faults.reorg = false;
        }
        let height = self.height;
        let (due, rest) = std::mem::take(&mut self.mempool)
            .into_iter()
            .partition(|tx| tx.lands <= height);
        self.mempool = rest;
        let due: Vec<Waiting> = due;
        for Waiting { id, sent, .. } in due {
            let before = self.faults.reorg.then(|| Box::new(self.clone()));
            let times = if self.faults.twice { 2 } else { 1 };
            for _ in 0..times {
                let error = self.execute(&sent).err();
                let landed = self.landed.entry(id.clone()).or_insert(Landed {
                    height,
                    error,
                    times: 0,
                });
                landed.times += 1;
            }
            if before.is_some() && sent.step == "finalize" && self.snapshot.is_none() {
                self.snapshot = before;
            }
        }
    }

    pub fn header(sent: &Sent) -> BatchHeader {
        borsh::from_slice(&sent.header).unwrap()
    }

    /// What the program does, or why it refuses.
    pub fn execute(&mut self, sent: &Sent) -> Result<(), String> {
        let header = Self::header(sent);
        let step: novate_clearing::chain::Step = sent.step.parse().unwrap();
        use novate_clearing::chain::Step;
        if step == Step::Open {
            if header.sequence <= self.opened {
                let same = self
                    .batches
                    .get(&header.sequence)
                    .is_some_and(|batch| batch.header == sent.header);
                return if same { Ok(()) } else { Err("another batch".into()) };
            }
            if sent.signature != sign(&sent.header, self.signer.key) {
                return Err("the signature is not the authority's".into());
            }
            if header.sequence != self.opened + 1 || self.faults.paused {
                return Err("sequence or pause".into());
            }
            self.opened = header.sequence;
            let debited = |owner: &Word| sent.leaves.iter().any(|(of, amount)| of == owner && *amount < -1);
            if let Some(owner) = self.faults.withdraws.take_if(|owner| debited(owner)) {
                let balance = self.balances.entry(owner.clone()).or_default();
                self.faults.withdrawn = Some((owner, *balance - 1));
                *balance = 1;
            }
            let batch = OnChain {
                header: sent.header.clone(),
                leaves: sent.leaves.clone(),
                applied: BTreeSet::new(),
                opened_at: self.height,
                end: None,
            };
            self.batches.insert(header.sequence, batch);
            return Ok(());
        }
        let too_late = self.is_too_late(header.sequence);
        let turn = self.over + 1 == header.sequence;
        let height = self.height;
        let batch = self.batches.get_mut(&header.sequence).ok_or("not opened")?;
        if batch.end.is_some() {
            return Ok(());
        }
        if !turn {
            return Err("not its turn".into());
        }
        let debits = batch.leaves.iter().filter(|(_, amount)| *amount < 0).count();
        match step {
            Step::Debits(range) | Step::Credits(range) if !too_late => {
                let credit = range.start as usize >= debits;
                if credit && (0..debits as u32).any(|leaf| !batch.applied.contains(&leaf)) {
                    return Err("credits before debits".into());
                }
                if self.faults.narrow && !credit && range.len() > 1 {
                    return Err("never more than one debit at once".into());
                }
                let new: Vec<u32> = range.filter(|leaf| !batch.applied.contains(leaf)).collect();
                let changes = new.iter().map(|leaf| batch.leaves[*leaf as usize].clone());
                let mut after = self.balances.clone();
                for (owner, amount) in changes {
                    let balance = after.entry(owner.clone()).or_default();
                    *balance += amount;
                    if *balance < 0 {
                        return Err(format!("{owner} has too little"));
                    }
                }
                self.balances = after;
                batch.applied.extend(new);
                Ok(())
            }
            Step::Finalize if batch.applied.len() == batch.leaves.len() => {
                batch.end = Some((End::Settled, height));
                (self.over, self.turn_from) = (header.sequence, height);
                Ok(())
            }
            Step::RevertDeltas(range) if too_late => {
                for leaf in range.filter(|leaf| batch.applied.remove(leaf)) {
                    let (owner, amount) = &batch.leaves[leaf as usize];
                    *self.balances.entry(owner.clone()).or_default() -= amount;
                }
                Ok(())
            }
            Step::Close if too_late && batch.applied.is_empty() => {
                batch.end = Some((End::Closed, height));
                (self.over, self.turn_from) = (header.sequence, height);
                Ok(())
            }
            other => Err(format!("{other}: not now")),
        }
    }

    /// The settle window of a batch is over before its first credit.
    pub fn is_too_late(&self, sequence: u64) -> bool {
        let Some(batch) = self.batches.get(&sequence) else {
            return false;
        };
        let credited = batch
            .applied
            .iter()
            .any(|leaf| batch.leaves[*leaf as usize].1 > 0);
        let window = self.faults.settle_window.unwrap_or(u64::MAX);
        !credited
            && batch.end.is_none()
            && self.height > batch.opened_at.max(self.turn_from).saturating_add(window)
    }
}

/// What the authority signs, in a world without secrets.
pub fn sign(header: &[u8], key: u8) -> Vec<u8> {
    let half = keccak256(&[b"authority", header, &[key]]);
    [half, half].concat()
}
