//! Transactions: written down, sent, followed.

use super::{Driver, DriverError, batch::Driven};
use crate::{
    chain::{ChainError, Finality, Landing, Planned, Step},
    failpoint::Point,
    store::transactions::{self, End, Transaction, TransactionState},
};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, StreamExt, stream};
use std::{collections::HashSet, time::Duration};

/// The longest pause between two attempts at a step that fails.
const LONGEST: Duration = Duration::from_secs(60);

/// What is to be done about a step.
enum Due {
    /// A transaction for it is under way, or failed a moment ago.
    Nothing,
    /// A new one. The other one, which does not land, may be replaced by it.
    Plan(Option<Planned>),
}

impl Driver {
    /// Asks the chain what became of every transaction that is under way, before anything new is planned. What was written
    /// down and never sent is sent.
    pub(super) async fn follow(&self, driven: &mut Driven) -> Result<(), DriverError> {
        let parallel = self.settlement.pace.parallel.max(1);
        let replaced = replaced(&driven.transactions);
        let mut looks = Vec::new();
        for (transaction, is_replaced) in driven.transactions.iter_mut().zip(replaced) {
            if transaction.state.is_open() {
                looks.push(self.look(transaction, is_replaced).boxed());
            }
        }
        let mut looked = stream::iter(looks).buffer_unordered(parallel);
        let mut first = Ok(());
        while let Some(result) = looked.next().await {
            first = first.and(result);
        }
        first
    }

    async fn look(&self, transaction: &mut Transaction, is_replaced: bool) -> Result<(), DriverError> {
        let planned = &transaction.planned;
        match self.settlement.chain.landing(planned).await? {
            Landing::Pending => {
                let patience = self.settlement.pace.resend;
                let is_due = transaction.sent_at.is_none_or(|sent| is_past(sent, patience));
                // A node has no room for one that bids less for the same nonce.
                if is_replaced || !is_due {
                    return Ok(());
                }
                match self.settlement.chain.send(planned).await {
                    // It is replaced in time, and until then the batch may get further without it.
                    Err(ChainError::Rejected {
                        reason,
                        permanent: false,
                        ..
                    }) => tracing::warn!(
                        id = planned.id, step = %planned.step, reason, "a transaction is not taken again"
                    ),
                    sent => sent?,
                }
                self.note_sent(transaction).await
            }
            Landing::Landed { finality, .. } if finality < Finality::Confirmed => Ok(()),
            landing => self.note_landing(transaction, landing).await,
        }
    }

    async fn note_landing(&self, transaction: &mut Transaction, landing: Landing) -> Result<(), DriverError> {
        let mut end = End {
            state: TransactionState::Expired,
            error: None,
            fee: None,
            units: None,
        };
        match &landing {
            Landing::Pending | Landing::Expired => {}
            Landing::Landed { finality, fee, units } => {
                end.state = match finality {
                    Finality::Finalized => TransactionState::Finalized,
                    _ => TransactionState::Landed,
                };
                (end.fee, end.units) = (Some(*fee), Some(*units));
                self.context.pass(Point::TransactionLanded);
            }
            Landing::Failed { reason } => {
                end.state = TransactionState::Failed;
                end.error = Some(reason);
            }
        }
        let planned = &transaction.planned;
        let mut tx = self.context.begin().await?;
        transactions::end(&mut tx, &planned.id, &end).await?;
        tx.commit().await?;
        if let Some(reason) = end.error {
            tracing::warn!(id = planned.id, step = %planned.step, reason, "a transaction failed");
        }
        let labels = [
            ("settlement", self.settlement.name.clone()),
            ("state", end.state.name().to_owned()),
        ];
        metrics::counter!("novate_clearing_transactions_total", &labels).increment(1);
        if let Some(fee) = end.fee {
            // Wei and lamports beyond 2^53 lose their last digits, in a metric.
            metrics::gauge!("novate_clearing_fees", "settlement" => self.settlement.name.clone())
                .increment(fee as f64);
        }
        (transaction.state, transaction.updated_at) = (end.state, Utc::now());
        Ok(())
    }

    async fn note_sent(&self, transaction: &mut Transaction) -> Result<(), DriverError> {
        let mut tx = self.context.begin().await?;
        transactions::sent(&mut tx, &transaction.planned.id).await?;
        tx.commit().await?;
        let now = Utc::now();
        transaction.state = TransactionState::Sent;
        (transaction.sent_at, transaction.updated_at) = (Some(now), now);
        Ok(())
    }

    /// Sees to it that there is a transaction for each of the steps. Returns those that the chain refuses for ever, with the
    /// reason.
    pub(super) async fn submit(
        &self,
        driven: &mut Driven,
        steps: &[Step],
    ) -> Result<Vec<(Step, String)>, DriverError> {
        let parallel = self.settlement.pace.parallel.max(1);
        let mut due = Vec::new();
        for step in steps {
            match self.due(driven, step).await? {
                Due::Nothing => {}
                Due::Plan(replaces) => due.push((step, replaces)),
            }
        }
        let mut planned = Vec::new();
        for (step, replaces) in due {
            planned.push(self.send_new(driven, step, replaces).boxed());
        }
        let mut results = stream::iter(planned).buffer_unordered(parallel);
        let (mut added, mut rejected, mut first) = (Vec::new(), Vec::new(), Ok(()));
        while let Some((transaction, result)) = results.next().await {
            added.extend(transaction);
            match result {
                Err(DriverError::Chain(ChainError::Rejected {
                    step,
                    reason,
                    permanent: true,
                })) => rejected.push((step, reason)),
                result => first = first.and(result),
            }
        }
        drop(results);
        driven.transactions.extend(added);
        // What can never be is dealt with before what may be better next time.
        if rejected.is_empty() {
            first?;
        }
        Ok(rejected)
    }

    async fn due(&self, driven: &mut Driven, step: &Step) -> Result<Due, DriverError> {
        let pace = &self.settlement.pace;
        let attempts = driven
            .transactions
            .iter()
            .filter(|tx| tx.planned.step == *step)
            .count();
        let Some(last) = driven
            .transactions
            .iter_mut()
            .rfind(|tx| tx.planned.step == *step)
        else {
            return Ok(Due::Plan(None));
        };
        if matches!(last.state, TransactionState::Landed | TransactionState::Finalized) {
            // Its effect is not there: the node that was asked is behind, or the block has left the chain.
            match self.settlement.chain.landing(&last.planned).await? {
                Landing::Landed { .. } => {}
                Landing::Pending => self.note_sent(last).await?,
                gone => self.note_landing(last, gone).await?,
            }
        }
        let factor = 1_u32.checked_shl(u32::try_from(attempts).unwrap_or(u32::MAX));
        let pause = pace.poll.saturating_mul(factor.unwrap_or(u32::MAX)).min(LONGEST);
        Ok(match last.state {
            TransactionState::Planned | TransactionState::Sent if is_past(last.planned_at, pace.replace) => {
                Due::Plan(Some(last.planned.clone()))
            }
            TransactionState::Planned | TransactionState::Sent => Due::Nothing,
            TransactionState::Expired => Due::Plan(None),
            _ if is_past(last.updated_at, pause) => Due::Plan(None),
            _ => Due::Nothing,
        })
    }

    /// Plans, writes down, sends. The transaction is returned also when it could not be sent: it is written down.
    async fn send_new(
        &self,
        driven: &Driven,
        step: &Step,
        replaces: Option<Planned>,
    ) -> (Option<Transaction>, Result<(), DriverError>) {
        let planned = match self
            .settlement
            .chain
            .plan(&driven.signed, step, replaces.as_ref())
            .await
        {
            Ok(planned) => planned,
            Err(error) => return (None, Err(error.into())),
        };
        self.context.pass(Point::TransactionPlanned);
        let written = async {
            let mut tx = self.context.begin().await?;
            transactions::insert(&mut tx, driven.batch.number, &planned).await?;
            Ok::<_, DriverError>(tx.commit().await?)
        };
        if let Err(error) = written.await {
            return (None, Err(error));
        }
        self.context.pass(Point::TransactionWritten);
        let now = Utc::now();
        let mut transaction = Transaction {
            planned,
            state: TransactionState::Planned,
            planned_at: now,
            sent_at: None,
            updated_at: now,
        };
        let sent = async {
            self.settlement.chain.send(&transaction.planned).await?;
            self.context.pass(Point::TransactionSent);
            self.note_sent(&mut transaction).await
        };
        let result = sent.await;
        (Some(transaction), result)
    }
}

/// For each of the transactions, whether a later one has its nonce.
fn replaced(transactions: &[Transaction]) -> Vec<bool> {
    let mut taken = HashSet::new();
    let mut replaced: Vec<bool> = transactions
        .iter()
        .rev()
        .map(|Transaction { planned, .. }| {
            let nonce = planned.nonce;
            nonce.is_some_and(|nonce| !taken.insert((planned.payer.as_str(), nonce)))
        })
        .collect();
    replaced.reverse();
    replaced
}

fn is_past(since: DateTime<Utc>, patience: Duration) -> bool {
    // A clock that was set back waits for no longer than the patience.
    (Utc::now() - since)
        .abs()
        .to_std()
        .is_ok_and(|age| age >= patience)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_with_one_nonce_the_last_one_counts() {
        let now = Utc::now();
        let transaction = |payer: &str, nonce: Option<u64>| Transaction {
            planned: Planned {
                step: Step::Open,
                id: String::new(),
                raw: Vec::new(),
                payer: payer.to_owned(),
                nonce,
                last_height: None,
                price: 1,
            },
            state: TransactionState::Sent,
            planned_at: now,
            sent_at: Some(now),
            updated_at: now,
        };
        let transactions = [
            transaction("a", Some(1)),
            transaction("a", Some(2)),
            transaction("b", Some(1)),
            transaction("a", Some(1)),
            transaction("a", None),
            transaction("a", None),
        ];
        assert_eq!(replaced(&transactions), [true, false, false, false, false, false]);
    }
}
