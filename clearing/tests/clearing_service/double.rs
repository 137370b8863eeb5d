//! The ledger as [`Chain`], [`Signer`] and [`Openings`].

use crate::ledger::{self, CHUNK, End, LIFETIME, Ledger, Sent, Waiting, sign};
use async_trait::async_trait;
use novate_bindings::icp::{BatchRefusal, BatchRequest, Refusal, Signed};
use novate_clearing::{
    chain::{Chain, ChainError, Finality, Landing, Planned, Progress, SignedBatch, Step},
    signer::{Signer, SignerError},
    state::{AsOf, InFlight, NotReady, Openings, Sessions},
};
use novate_netting::{Balance, Entry, Opening, Session, SessionLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    keccak::keccak256,
};
use serde_bytes::ByteBuf;
use sqlx::PgPool;
use std::{collections::BTreeSet, time::SystemTime};

pub const ASSET: Asset = Asset([7; 32]);
/// Everybody has one base unit of it, and the signer allows nobody to move it.
pub const FOREIGN: Asset = Asset([8; 32]);

#[derive(Clone)]
pub struct Double {
    pub pool: PgPool,
    /// For what is not asynchronous.
    pub url: String,
}

fn unavailable(error: impl ToString) -> ChainError {
    ChainError::Unavailable(error.to_string())
}

pub fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

impl Double {
    fn sent(batch: &SignedBatch, step: &Step, planned: u64) -> Sent {
        Sent {
            step: step.to_string(),
            header: borsh::to_vec(&batch.header).unwrap(),
            signature: batch.signature.clone(),
            leaves: batch
                .deltas
                .iter()
                .map(|leaf| (hex::encode(leaf.owner.0), leaf.amount))
                .collect(),
            planned,
        }
    }
}

/// Chunks of the leaves that are not done.
fn chunks(leaves: impl Iterator<Item = u32>, step: fn(std::ops::Range<u32>) -> Step) -> Vec<Step> {
    let starts: BTreeSet<u32> = leaves.map(|leaf| leaf / CHUNK * CHUNK).collect();
    starts
        .into_iter()
        .map(|start| step(start..start + CHUNK))
        .collect()
}

fn clipped(steps: Vec<Step>, from: u32, to: u32) -> Vec<Step> {
    let clip = |range: std::ops::Range<u32>| range.start.max(from)..range.end.min(to);
    let clipped = steps.into_iter().map(|step| match step {
        Step::Debits(range) => Step::Debits(clip(range)),
        Step::Credits(range) => Step::Credits(clip(range)),
        Step::RevertDeltas(range) => Step::RevertDeltas(clip(range)),
        other => other,
    });
    clipped.collect()
}

fn progress(ledger: &Ledger, batch: &SignedBatch) -> Progress {
    let sequence = batch.header.sequence;
    let Some(on_chain) = ledger.batches.get(&sequence) else {
        return match ledger.opened + 1 == sequence {
            _ if ledger.faults.paused => Progress::Paused,
            true => Progress::Absent {
                steps: vec![Step::Open],
            },
            false => Progress::NotNext {
                opened: ledger.opened,
            },
        };
    };
    if on_chain.header != borsh::to_vec(&batch.header).unwrap() {
        return Progress::Conflict {
            reason: "other header".into(),
        };
    }
    if let Some((end, height)) = on_chain.end {
        let finality = match ledger.height - height {
            0 => Finality::Seen,
            1..=8 => Finality::Confirmed,
            _ if ledger.faults.reorg => Finality::Confirmed,
            _ => Finality::Finalized,
        };
        return match end {
            End::Settled => Progress::Settled { finality },
            End::Closed => Progress::Closed {
                cancelled: false,
                finality,
            },
        };
    }
    if ledger.over + 1 != sequence {
        return Progress::Waiting { apply_from: 0 };
    }
    let count = on_chain.leaves.len() as u32;
    let debits = on_chain.leaves.iter().filter(|(_, amount)| *amount < 0).count() as u32;
    if ledger.is_too_late(sequence) {
        let applied = on_chain.applied.iter().copied();
        let steps = match on_chain.applied.is_empty() {
            true => vec![Step::Close],
            false => clipped(chunks(applied, Step::RevertDeltas), 0, count),
        };
        return Progress::TakingBack { steps };
    }
    if ledger.faults.paused {
        return Progress::Paused;
    }
    let missing = |from, to| (from..to).filter(|leaf| !on_chain.applied.contains(leaf));
    let steps = if missing(0, debits).next().is_some() {
        clipped(chunks(missing(0, debits), Step::Debits), 0, debits)
    } else if missing(debits, count).next().is_some() {
        clipped(chunks(missing(debits, count), Step::Credits), debits, count)
    } else {
        vec![Step::Finalize]
    };
    Progress::Applying { steps }
}

#[async_trait]
impl Chain for Double {
    async fn progress(&self, batch: &SignedBatch) -> Result<Progress, ChainError> {
        let look = |ledger: &mut Ledger| {
            let progress = progress(ledger, batch);
            let confirmed = Finality::Confirmed;
            ledger.told_settled |=
                matches!(progress, Progress::Settled { finality } if finality == confirmed);
            progress
        };
        ledger::change(&self.pool, look).await.map_err(unavailable)
    }

    async fn opened(&self) -> Result<(u64, u64), ChainError> {
        let ledger = ledger::read(&self.pool).await.map_err(unavailable)?;
        Ok((ledger.opened, now().saturating_add_signed(ledger.faults.ahead)))
    }

    async fn check(&self, batch: &SignedBatch, step: &Step) -> Result<(), ChainError> {
        let sent = Self::sent(batch, step, 0);
        let mut ledger = ledger::read(&self.pool).await.map_err(unavailable)?;
        ledger.execute(&sent).map_err(|reason| ChainError::Rejected {
            step: step.clone(),
            permanent: ["too little", "signature", "never"]
                .iter()
                .any(|words| reason.contains(words)),
            reason,
        })
    }

    async fn plan(
        &self,
        batch: &SignedBatch,
        step: &Step,
        _: Option<&Planned>,
    ) -> Result<Planned, ChainError> {
        self.check(batch, step).await?;
        let height = ledger::change(&self.pool, |ledger| ledger.height)
            .await
            .map_err(unavailable)?;
        let raw = serde_json::to_vec(&Self::sent(batch, step, height)).unwrap();
        Ok(Planned {
            step: step.clone(),
            id: hex::encode(keccak256(&[&raw])),
            raw,
            payer: "payer".into(),
            nonce: None,
            last_height: Some(height + LIFETIME),
            price: 1,
        })
    }

    async fn send(&self, planned: &Planned) -> Result<(), ChainError> {
        let sent: Sent = serde_json::from_slice(&planned.raw).unwrap();
        let send = |ledger: &mut Ledger| {
            let known = ledger.landed.contains_key(&planned.id);
            if known || ledger.mempool.iter().any(|waiting| waiting.id == planned.id) {
                return Ok(());
            }
            if ledger.faults.underbid && ledger.faults.dropped.contains(&planned.id) {
                return Err(ChainError::Rejected {
                    step: planned.step.clone(),
                    reason: "replacement transaction underpriced".into(),
                    permanent: false,
                });
            }
            if ledger.faults.drop > 0 {
                ledger.faults.drop -= 1;
                ledger.faults.dropped.insert(planned.id.clone());
                return Ok(());
            }
            let lands = ledger.height + 1 + ledger.faults.late;
            ledger.mempool.push(Waiting {
                id: planned.id.clone(),
                sent,
                lands,
            });
            Ok(())
        };
        ledger::change(&self.pool, send).await.map_err(unavailable)?
    }

    async fn landing(&self, planned: &Planned) -> Result<Landing, ChainError> {
        let landing = |ledger: &mut Ledger| match ledger.landed.get(&planned.id) {
            None if planned.last_height.is_some_and(|last| ledger.height > last) => Landing::Expired,
            None => Landing::Pending,
            Some(landed) => match &landed.error {
                Some(reason) => Landing::Failed {
                    reason: reason.clone(),
                },
                None => Landing::Landed {
                    finality: match ledger.height - landed.height {
                        0 => Finality::Seen,
                        1..=8 => Finality::Confirmed,
                        _ => Finality::Finalized,
                    },
                    fee: 5_000,
                    units: 10,
                },
            },
        };
        ledger::change(&self.pool, landing).await.map_err(unavailable)
    }
}

#[async_trait]
impl Signer for Double {
    async fn sign_batch(&self, request: BatchRequest) -> Result<Signed, SignerError> {
        let decide = |ledger: &mut Ledger| {
            let id = hex::encode(&request.id);
            if let Some(signature) = ledger.signer.signed.get(&id) {
                return Ok(signature.clone());
            }
            let given = request.header.sequence;
            ledger.signer.refused += 1;
            if ledger.faults.signer_paused {
                return Err(Refusal::Paused);
            }
            if ledger.faults.too_old == Some(given) {
                ledger.faults.too_old = None;
                let (opened_at, now, max_age) = (0, 4_000, 3_600);
                return Err(BatchRefusal::TooOld {
                    opened_at,
                    now,
                    max_age,
                }
                .into());
            }
            let foreign = ByteBuf::from(FOREIGN.0);
            if request.deltas.iter().any(|delta| delta.asset == foreign) {
                return Err(BatchRefusal::AssetNotAllowed { asset: foreign }.into());
            }
            let debits = request
                .deltas
                .iter()
                .map(|delta| i128::try_from(&delta.amount.0).unwrap());
            let debits = -debits.filter(|amount| *amount < 0).sum::<i128>();
            if let Some(most) = ledger.faults.most
                && debits > most
            {
                return Err(BatchRefusal::AboveBatchMaximum {
                    asset: ByteBuf::from(ASSET.0),
                    debits: debits.unsigned_abs().into(),
                    max: most.unsigned_abs().into(),
                }
                .into());
            }
            let (expected, header) = (ledger.signer.next, encoded(&request));
            let is_signed = ledger.signer.headers.get(&given) == Some(&header);
            if given != expected && !is_signed {
                return Err(Refusal::OutOfTurn { expected, given });
            }
            ledger.signer.next = expected.max(given + 1);
            ledger.signer.refused -= 1;
            let signature = sign(&header, ledger.signer.key);
            ledger.signer.headers.insert(given, header);
            ledger.signer.signed.insert(id, signature.clone());
            Ok(signature)
        };
        let decided = ledger::change(&self.pool, decide).await;
        let decided = decided.map_err(|error| SignerError::Unavailable(error.to_string()))?;
        let signature = decided.map_err(|refusal| SignerError::Refused(Box::new(refusal)))?;
        Ok(Signed {
            signature: ByteBuf::from(signature),
            digest: ByteBuf::new(),
            signer: "authority".into(),
            key_version: 1,
        })
    }

    async fn accepted(&self, id: [u8; 32]) -> Result<bool, SignerError> {
        let ledger = ledger::read(&self.pool).await;
        let ledger = ledger.map_err(|error| SignerError::Unavailable(error.to_string()))?;
        Ok(ledger.signer.signed.contains_key(&hex::encode(id)))
    }
}

/// The header as Borsh, from the request's fields.
fn encoded(request: &BatchRequest) -> Vec<u8> {
    let header = &request.header;
    let word = |bytes: &ByteBuf| <[u8; 32]>::try_from(bytes.as_slice()).unwrap();
    let header = novate_protocol::batch::BatchHeader {
        chain: header.chain,
        settlement: word(&header.settlement),
        sequence: header.sequence,
        intents_root: word(&header.intents_root),
        deltas_root: word(&header.deltas_root),
        items_root: word(&header.items_root),
        blob_cid: header.blob_cid.as_slice().try_into().unwrap(),
        intent_count: header.intent_count,
        delta_count: header.delta_count,
        item_count: header.item_count,
        opened_at: header.opened_at,
    };
    borsh::to_vec(&header).unwrap()
}

impl Double {
    /// The ledger for who cannot wait: on a thread, over a connection of its own.
    fn ledger(&self) -> Result<Ledger, NotReady> {
        let url = self.url.clone();
        let read = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let pool = sqlx::postgres::PgPoolOptions::new()
                    .max_connections(1)
                    .connect(&url)
                    .await?;
                let ledger = ledger::read(&pool).await;
                pool.close().await;
                ledger
            })
        });
        read.join().unwrap().map_err(|error| NotReady {
            settlement: "double".into(),
            reason: error.to_string(),
        })
    }
}

/// What the index has seen of it.
fn as_of(ledger: &Ledger) -> AsOf {
    AsOf {
        block: ledger.height,
        head: ledger.height,
        head_time: 0,
        over: ledger.faults.seen.unwrap_or(ledger.over),
        opened: ledger.opened,
        looked_at: ledger.faults.looked_at.unwrap_or(u64::MAX),
    }
}

impl Sessions for Double {
    fn session(&self, owner: &Owner, key: &[u8; 32], _: u64) -> Result<Option<Session>, NotReady> {
        Ok(Some(Session {
            owner: *owner,
            key: *key,
            expires_at: u64::MAX,
            actions: 15,
            next_nonce: 0,
            limits: [ASSET, FOREIGN]
                .map(|asset| SessionLimit {
                    asset,
                    remaining: u64::MAX.into(),
                })
                .to_vec(),
        }))
    }

    fn as_of(&self) -> Result<AsOf, NotReady> {
        Ok(as_of(&self.ledger()?))
    }
}

impl Openings for Double {
    fn opening(
        &self,
        entries: &[Entry],
        _: u64,
        in_flight: &[InFlight],
        next_nonce: &dyn Fn(&Owner, &[u8; 32]) -> u64,
    ) -> Result<(AsOf, Opening), NotReady> {
        let ledger = self.ledger()?;
        let keys: BTreeSet<(Owner, [u8; 32])> = entries
            .iter()
            .map(|entry| (entry.intent.owner, entry.intent.session))
            .collect();
        let mut opening = Opening::default();
        for (owner, key) in keys {
            let mut session = self.session(&owner, &key, 0)?.unwrap();
            session.next_nonce = next_nonce(&owner, &key);
            opening.sessions.push(session);
            let mut amount = ledger
                .balances
                .get(&hex::encode(owner.0))
                .copied()
                .unwrap_or_default();
            // Chunks of a batch that is not over are not to be counted.
            for batch in ledger.batches.values().filter(|batch| batch.end.is_none()) {
                let own = batch.applied.iter().map(|leaf| &batch.leaves[*leaf as usize]);
                amount -= own
                    .filter(|(of, _)| *of == hex::encode(owner.0))
                    .map(|(_, amount)| amount)
                    .sum::<i128>();
            }
            for batch in in_flight
                .iter()
                .filter(|batch| batch.sequence > as_of(&ledger).over)
            {
                let own = batch
                    .deltas
                    .iter()
                    .filter(|delta| delta.owner == owner && delta.amount < 0);
                amount += own.map(|delta| delta.amount).sum::<i128>();
            }
            if let Ok(amount @ 1..) = u128::try_from(amount) {
                opening.balances.push(Balance {
                    owner,
                    asset: ASSET,
                    amount,
                });
            }
            opening.balances.push(Balance {
                owner,
                asset: FOREIGN,
                amount: 1,
            });
        }
        let now = as_of(&ledger);
        let over = ledger.faults.rolled_back.unwrap_or(now.over);
        Ok((AsOf { over, ..now }, opening))
    }
}
