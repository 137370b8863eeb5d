//! The one task of a process that stores intents.
//!
//! While a transaction is under way, what arrives gathers, and all of it is the next transaction: under load many submissions
//! share one flush of the disk, and without load nobody waits for company.

use super::{Refusal, config::IntakeConfig};
use crate::store::{
    StoreError,
    intents_insert::{Inserted, NewIntent, insert},
};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Intents of one submission, and where their answers go.
pub struct Job {
    pub intents: Vec<NewIntent>,
    pub answer: oneshot::Sender<Result<Vec<Inserted>, Refusal>>,
}

/// Its own connection: readers cannot keep it waiting, and to drop it is to roll back.
pub struct Writer {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    group: usize,
    limit: Duration,
}

impl Writer {
    pub fn new(options: &PgConnectOptions, config: &IntakeConfig) -> Self {
        Self {
            options: options.clone().application_name("novate-intake"),
            connection: None,
            group: config.group,
            limit: Duration::from_secs(config.store_seconds),
        }
    }

    /// Until nobody can send jobs any more.
    pub async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let mut count = first.intents.len();
            let mut group = vec![first];
            while count < self.group
                && let Ok(job) = jobs.try_recv()
            {
                count = count.saturating_add(job.intents.len());
                group.push(job);
            }
            self.write(group).await;
        }
    }

    async fn write(&mut self, group: Vec<Job>) {
        let begun = Instant::now();
        let intents: Vec<NewIntent> = group.iter().flat_map(|job| &job.intents).copied().collect();
        let stored = self.store(&intents).await;
        metrics::histogram!("novate_intake_group_intents").record(intents.len() as f64);
        metrics::histogram!("novate_intake_group_seconds").record(begun.elapsed().as_secs_f64());
        let mut stored = stored.map(Vec::into_iter);
        for job in group {
            let answer = match &mut stored {
                Ok(all) => Ok(all.by_ref().take(job.intents.len()).collect()),
                Err(refusal) => Err(refusal.clone()),
            };
            // The sender may have gone; what is stored stays.
            job.answer.send(answer).ok();
        }
    }

    async fn store(&mut self, intents: &[NewIntent]) -> Result<Vec<Inserted>, Refusal> {
        loop {
            let reused = self.connection.is_some();
            let mut confirming = false;
            let limit = self.limit;
            let transaction = self.transaction(intents, &mut confirming);
            let reason = match tokio::time::timeout(limit, transaction).await {
                Ok(Ok(stored)) => return Ok(stored),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {limit:?}"),
            };
            self.connection = None;
            tracing::warn!(
                reason,
                intents = intents.len(),
                confirming,
                "intents could not be stored"
            );
            if confirming {
                return Err(Refusal::OutcomeUnknown);
            }
            // The server may have been restarted since the last group.
            if !reused {
                return Err(Refusal::Unavailable("the database cannot be reached".into()));
            }
        }
    }

    /// `confirming` becomes true before the commit is sent: from then on a failure tells nothing.
    async fn transaction(
        &mut self,
        intents: &[NewIntent],
        confirming: &mut bool,
    ) -> Result<Vec<Inserted>, StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.options.connect().await?),
        };
        let mut transaction = connection.begin().await?;
        let inserted = insert(&mut transaction, intents).await?;
        *confirming = true;
        transaction.commit().await?;
        Ok(inserted)
    }
}
