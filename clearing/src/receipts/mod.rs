//! Receipts of settled intents, and batches as they are shown.

mod view;

pub use view::{BatchTransaction, BatchView};

use crate::store::{
    StoreError,
    batches::{self, Batch, State},
    intents_view, transactions,
};
use novate_netting::{Outcome, Receipt, Signature, SignedIntent, receipt::MAX_TRANSACTIONS};
use novate_protocol::{intent::Scheme, leaf::IntentLeaf, merkle::Tree};
use sqlx::{PgPool, Row, postgres::PgPoolOptions};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// Trees that are kept: of 100,000 intents, one has 6.4 MB.
const TREES: usize = 8;
/// Trees that are made at a time, and how long a receipt waits for its turn.
const BUILDS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(2);
/// Connections of its own, so that many who ask hold up neither intake nor batches, and how long a statement may take.
const CONNECTIONS: u32 = 4;
const STATEMENT: &str = "5s";

/// By number of the batch, the latest first.
type Trees = VecDeque<(i64, Arc<Tree>)>;

/// Answers what became of intents, from the database alone. Clones share what they remember.
#[derive(Clone)]
pub struct Receipts {
    pool: PgPool,
    trees: Arc<Mutex<Trees>>,
    builds: Arc<Semaphore>,
}

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptsError {
    /// The intent was never accepted.
    #[error("no such intent was accepted here")]
    Unknown,
    /// Its batch has yet to be settled.
    #[error("the intent is {state}, and in no settled batch yet; ask again when it is")]
    NotSettled {
        /// Where it stands: `waiting`, `open` or `batched`.
        state: &'static str,
    },
    /// Receipts of too many batches are asked for.
    #[error("receipts of many batches are being made; ask again in a moment")]
    Busy,
    /// Postgres was not there, or holds what is not ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Receipts {
    /// Over the database of this pool, with connections of its own that only read.
    pub fn new(pool: &PgPool) -> Self {
        let options = (*pool.connect_options()).clone().options([
            ("default_transaction_read_only", "on"),
            ("statement_timeout", STATEMENT),
        ]);
        Self {
            pool: PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE)
                .connect_lazy_with(options),
            trees: Arc::default(),
            builds: Arc::new(Semaphore::new(BUILDS)),
        }
    }

    /// The receipt of an intent in a settled batch.
    ///
    /// # Errors
    /// [`ReceiptsError`]
    pub async fn receipt(&self, id: &[u8; 32]) -> Result<Receipt, ReceiptsError> {
        let view = intents_view::by_id(&self.pool, id)
            .await?
            .ok_or(ReceiptsError::Unknown)?;
        let not_settled = ReceiptsError::NotSettled {
            state: view.state.name(),
        };
        let (Some(reference), Some(outcome)) = (&view.batch, view.outcome) else {
            return Err(not_settled);
        };
        let batch = batches::get(&self.pool, reference.number).await?;
        let batch = batch.filter(|batch| matches!(batch.state, State::Settled | State::Finalized));
        let Some(batch) = batch else {
            return Err(not_settled);
        };
        self.prove(view.stored.signed, *id, outcome, &batch).await
    }

    async fn prove(
        &self,
        signed: SignedIntent,
        id: [u8; 32],
        outcome: Outcome,
        batch: &Batch,
    ) -> Result<Receipt, ReceiptsError> {
        let corrupt = |reason: &str| StoreError::Corrupt {
            table: "batches",
            reason: format!("batch {}: {reason}", batch.number),
        };
        let place: Option<i32> = sqlx::query_scalar(
            "select o.position from clearing.outcomes o join clearing.intents i on i.seq = o.seq
             where o.batch = $1 and i.id = $2 and i.settlement = $3",
        )
        .bind(batch.number)
        .bind(&id[..])
        .bind(batch.settlement)
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::from)?;
        let index = place.and_then(|place| u32::try_from(place).ok());
        let index = index.ok_or_else(|| corrupt("an intent of it has no place in it"))?;
        let tree = self.tree(batch).await?;
        let proof = tree.proof(index as usize);
        let scheme = match signed.signature {
            Signature::Ed25519(_) => Scheme::Ed25519,
            Signature::Eip712(_) => Scheme::Eip712,
        };
        let authority = batch.signature.as_deref().unwrap_or_default();
        let authority_signature = match scheme {
            Scheme::Ed25519 => authority.try_into().map(Signature::Ed25519),
            Scheme::Eip712 => authority.try_into().map(Signature::Eip712),
        };
        Ok(Receipt {
            scheme,
            signed,
            id,
            outcome,
            index,
            proof: proof.ok_or_else(|| corrupt("it has fewer outcomes than intents"))?,
            header: batch.header,
            authority_signature: authority_signature
                .map_err(|_| corrupt("its signature has another length"))?,
            transactions: self.ends(batch.number).await?,
        })
    }

    /// The transactions that opened the batch and ended it.
    async fn ends(&self, batch: i64) -> Result<Vec<String>, StoreError> {
        let ids = sqlx::query_scalar(
            "select id from clearing.transactions
             where batch = $1 and step in ('open', 'finalize') and state in ('landed', 'finalized')
             order by planned_at limit $2",
        );
        let limit = i64::try_from(MAX_TRANSACTIONS).unwrap_or(i64::MAX);
        Ok(ids.bind(batch).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The tree over the batch's intents, whose root must be the header's.
    async fn tree(&self, batch: &Batch) -> Result<Arc<Tree>, ReceiptsError> {
        if let Some(tree) = self.known(batch) {
            return Ok(tree);
        }
        let turn = timeout(PATIENCE, self.builds.acquire()).await;
        let _turn = turn.ok().and_then(Result::ok).ok_or(ReceiptsError::Busy)?;
        // Somebody may have made it meanwhile.
        if let Some(tree) = self.known(batch) {
            return Ok(tree);
        }
        let leaves = self.leaves(batch.number).await?;
        let tree =
            tokio::task::spawn_blocking(move || Tree::new(leaves.iter().map(IntentLeaf::hash).collect()));
        let tree = tree
            .await
            .ok()
            .filter(|tree| tree.root() == batch.header.intents_root);
        let tree = Arc::new(tree.ok_or_else(|| StoreError::Corrupt {
            table: "outcomes",
            reason: format!("those of batch {} do not give its root", batch.number),
        })?);
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        trees.truncate(TREES - 1);
        trees.push_front((batch.number, Arc::clone(&tree)));
        Ok(tree)
    }

    fn known(&self, batch: &Batch) -> Option<Arc<Tree>> {
        let trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        let found = trees.iter().find(|(number, _)| *number == batch.number);
        found.map(|(_, tree)| Arc::clone(tree))
    }

    async fn leaves(&self, batch: i64) -> Result<Vec<IntentLeaf>, StoreError> {
        let rows = sqlx::query(
            "select i.id, o.outcome from clearing.outcomes o join clearing.intents i on i.seq = o.seq
             where o.batch = $1 order by o.position",
        )
        .bind(batch)
        .fetch_all(&self.pool)
        .await?;
        let corrupt = || StoreError::Corrupt {
            table: "outcomes",
            reason: format!("a row of batch {batch}"),
        };
        let leaf = |(index, row): (u32, &sqlx::postgres::PgRow)| {
            let id: &[u8] = row.try_get(0)?;
            let outcome: i16 = row.try_get(1)?;
            Ok(IntentLeaf {
                index,
                intent_id: id.try_into().map_err(|_| corrupt())?,
                outcome: u8::try_from(outcome).map_err(|_| corrupt())?,
            })
        };
        (0..).zip(&rows).map(leaf).collect()
    }

    /// A batch with its transactions; `None` when there is none with this number.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn batch(&self, number: i64) -> Result<Option<BatchView>, StoreError> {
        let Some(batch) = batches::get(&self.pool, number).await? else {
            return Ok(None);
        };
        let transactions = transactions::of_batch(&self.pool, number).await?;
        view::view(&self.pool, &batch, &transactions).await.map(Some)
    }
}
