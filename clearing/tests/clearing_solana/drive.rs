//! Drives a batch as the service does: looks where it stands, plans and sends what is to be done, looks what landed.

use crate::world::World;
use novate_clearing::chain::{
    Chain, ChainError, Finality, Landing, Planned, Progress, SignedBatch, Step, solana::Solana,
};
use std::collections::BTreeMap;

/// Rounds until a test gives up.
const PATIENCE: usize = 2_000;

/// What happened until the batch was over, or refused.
#[derive(Debug, Default)]
pub struct Story {
    /// Transactions that landed, by the first word of their steps.
    pub landed: BTreeMap<String, usize>,
    /// Their fees, in lamports.
    pub fees: u128,
    /// Compute units of each kind.
    pub units: BTreeMap<String, u64>,
    /// How many transactions were planned.
    pub planned: usize,
    /// Where it ended.
    pub end: Option<Progress>,
    /// Why it can never go on.
    pub refused: Option<(Step, String)>,
}

pub fn word(step: &Step) -> String {
    let text = step.to_string();
    text.rsplit_once(' ')
        .map_or(text.clone(), |(verb, _)| verb.to_owned())
}

impl World {
    /// Until the batch is over for good, or a step can never land. `anew` makes the adapter for each round.
    pub async fn drive(&self, batch: &SignedBatch, anew: impl FnMut(usize) -> Option<Solana>) -> Story {
        self.drive_until(batch, anew, |progress| {
            matches!(
                progress,
                Progress::Settled {
                    finality: Finality::Finalized
                } | Progress::Closed {
                    finality: Finality::Finalized,
                    ..
                } | Progress::Abandoned
                    | Progress::Conflict { .. }
            )
        })
        .await
    }

    /// Until `enough`, or a step can never land.
    pub async fn drive_until(
        &self,
        batch: &SignedBatch,
        mut anew: impl FnMut(usize) -> Option<Solana>,
        enough: impl Fn(&Progress) -> bool,
    ) -> Story {
        let mut solana = self.solana();
        let mut story = Story::default();
        let mut open: BTreeMap<String, Planned> = BTreeMap::new();
        for round in 0..PATIENCE {
            if let Some(other) = anew(round) {
                solana = other;
            }
            for (step, planned) in std::mem::take(&mut open) {
                match solana.landing(&planned).await {
                    Ok(Landing::Pending) => {
                        let _ = solana.send(&planned).await;
                        open.insert(step, planned);
                    }
                    Ok(Landing::Landed { fee, units, .. }) => {
                        let word = word(&planned.step);
                        *story.landed.entry(word.clone()).or_default() += 1;
                        *story.units.entry(word).or_default() += units;
                        story.fees += fee;
                    }
                    Ok(Landing::Expired | Landing::Failed { .. }) => {}
                    Err(_) => drop(open.insert(step, planned)),
                }
            }
            let progress = match solana.progress(batch).await {
                Ok(progress) => progress,
                Err(_) => {
                    self.node.tick(1);
                    continue;
                }
            };
            if enough(&progress) {
                story.end = Some(progress);
                return story;
            }
            let steps = match progress {
                Progress::Absent { steps }
                | Progress::Applying { steps }
                | Progress::TakingBack { steps } => steps,
                Progress::Waiting { apply_from } => {
                    let now = self.node.state().chain.now();
                    self.node.tick((apply_from as i64 - now).max(1));
                    continue;
                }
                _ => Vec::new(),
            };
            for step in steps {
                if open.contains_key(&step.to_string()) {
                    continue;
                }
                match solana.plan(batch, &step, None).await {
                    Ok(planned) => {
                        story.planned += 1;
                        let _ = solana.send(&planned).await;
                        open.insert(step.to_string(), planned);
                    }
                    Err(ChainError::Rejected {
                        step,
                        reason,
                        permanent: true,
                    }) => {
                        story.refused = Some((step, reason));
                        return story;
                    }
                    Err(_) => {}
                }
            }
            self.node.tick(1);
        }
        panic!(
            "not over after {PATIENCE} rounds: {story:?}, open {:?}",
            open.keys()
        );
    }

    /// The same with one adapter.
    pub async fn settle(&self, batch: &SignedBatch) -> Story {
        self.drive(batch, |_| None).await
    }
}
