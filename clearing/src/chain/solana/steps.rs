//! What is left to be done for a batch that is opened.

use super::{
    super::{ChainError, Step},
    Solana,
    chunks::Cutter,
    layout::Layout,
    stage::Opened,
};

impl Solana {
    /// What can be applied now.
    pub(super) async fn applying(&self, layout: &Layout, batch: &Opened) -> Result<Vec<Step>, ChainError> {
        if batch.is_complete() {
            return Ok(vec![Step::Finalize]);
        }
        let pool = self.pool().await?;
        let cutter = Cutter::new(self.calls(layout), &pool);
        let debits = cutter.debits(|leaf| !batch.delta_is_applied(leaf));
        let items = cutter.items(|leaf| !batch.item_is_applied(leaf));
        let first_half: Vec<Step> = debits
            .into_iter()
            .map(Step::Debits)
            .chain(items.into_iter().map(Step::Items))
            .collect();
        // They were opened before the batch was, unless somebody else opened it.
        let tasks = self.missing_ledgers(layout, &pool).await?;
        let mut steps: Vec<Step> = tasks.keys().map(|number| Step::Prepare(*number)).collect();
        self.note_tasks(layout, tasks);
        if first_half.is_empty() && steps.is_empty() {
            let cutter = Cutter::new(self.calls(layout), &pool);
            let credits = cutter.credits(|leaf| !batch.delta_is_applied(leaf));
            return Ok(credits.into_iter().map(Step::Credits).collect());
        }
        steps.extend(first_half);
        Ok(steps)
    }

    /// What has to be taken back.
    pub(super) async fn taking_back(&self, layout: &Layout, batch: &Opened) -> Result<Vec<Step>, ChainError> {
        if batch.head.deltas_applied == 0 && batch.head.items_applied == 0 {
            return Ok(vec![Step::Close]);
        }
        let pool = self.pool().await?;
        let cutter = Cutter::new(self.calls(layout), &pool);
        let deltas = cutter.reverted(|leaf| batch.delta_is_applied(leaf));
        let items = cutter.reverted_items(|leaf| batch.item_is_applied(leaf));
        let deltas = deltas.into_iter().map(Step::RevertDeltas);
        Ok(deltas.chain(items.into_iter().map(Step::RevertItems)).collect())
    }
}
