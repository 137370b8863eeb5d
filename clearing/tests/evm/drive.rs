//! What the service's driver does, as simply as can be: asks what can be done, does it, and looks again.

use super::{CHALLENGE, PATIENCE, World};
use alloy::providers::ext::AnvilApi;
use novate_clearing::chain::{Chain, ChainError, Landing, Planned, Progress, SignedBatch, Step};
use std::time::{Duration, Instant};

/// How far it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Nothing can be done any more.
    End,
    /// So many transactions have landed.
    Landed(usize),
}

impl World {
    /// Does what can be done for the batch; the transactions that landed, and where it stands then.
    pub async fn drive(
        &self,
        chain: &impl Chain,
        batch: &SignedBatch,
        until: Until,
    ) -> Result<(Vec<Planned>, Progress), ChainError> {
        let (mut landed, deadline) = (vec![], Instant::now() + PATIENCE);
        loop {
            assert!(Instant::now() < deadline, "the batch does not end");
            let progress = chain.progress(batch).await?;
            let steps = match &progress {
                Progress::Waiting { .. } => {
                    self.pass(CHALLENGE).await;
                    continue;
                }
                Progress::Absent { steps }
                | Progress::Applying { steps }
                | Progress::TakingBack { steps } => steps.clone(),
                _ => return Ok((landed, progress)),
            };
            assert!(!steps.is_empty(), "{progress:?}");
            for step in &steps {
                if until == Until::Landed(landed.len()) {
                    return Ok((landed, progress));
                }
                landed.push(self.does(chain, batch, step).await?);
            }
        }
    }

    /// Plans and sends a step, and waits until it has landed.
    pub async fn does(
        &self,
        chain: &impl Chain,
        batch: &SignedBatch,
        step: &Step,
    ) -> Result<Planned, ChainError> {
        let planned = chain.plan(batch, step, None).await?;
        chain.send(&planned).await?;
        let landing = self.landing(chain, &planned).await;
        assert!(matches!(landing, Landing::Landed { .. }), "{step}: {landing:?}");
        Ok(planned)
    }

    /// What becomes of a transaction.
    pub async fn landing(&self, chain: &impl Chain, planned: &Planned) -> Landing {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let landing = chain.landing(planned).await.unwrap();
            if landing != Landing::Pending {
                return landing;
            }
            assert!(Instant::now() < deadline, "{} does not land", planned.step);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What becomes of a transaction whose nonce another one has: known one block later.
    pub async fn expires(&self, chain: &impl Chain, planned: &Planned) -> Landing {
        assert_eq!(
            chain.landing(planned).await.unwrap(),
            Landing::Pending,
            "not at once"
        );
        self.mine().await;
        chain.landing(planned).await.unwrap()
    }

    /// Opens the batch and lets the challenge window pass.
    pub async fn opened(&self, chain: &impl Chain, batch: &SignedBatch) {
        self.does(chain, batch, &Step::Open).await.unwrap();
        self.pass(CHALLENGE).await;
    }

    /// From now on blocks are made by `mine` alone.
    pub async fn stop_mining(&self) {
        self.rpc.anvil_set_auto_mine(false).await.unwrap();
    }

    pub async fn resume_mining(&self) {
        self.rpc.anvil_set_auto_mine(true).await.unwrap();
    }
}

/// The steps that can be done now.
pub fn steps(progress: Progress) -> Vec<Step> {
    match progress {
        Progress::Absent { steps } | Progress::Applying { steps } | Progress::TakingBack { steps } => steps,
        other => panic!("nothing can be done: {other:?}"),
    }
}
