//! What to do when the chain has left us.

use super::{
    blocks::REQUESTS,
    position::{Position, Recent},
    rpc::At,
    source::EvmSource,
};
use crate::source::{SourceError, Step};
use alloy::primitives::B256;
use futures_util::{StreamExt, TryStreamExt, stream};

impl EvmSource {
    /// Goes back to the newest block that we and the chain have in common, or to where we began.
    pub(super) async fn roll_back(&mut self, position: &Position) -> Result<Step, SourceError> {
        let mut rolled = position.clone();
        let from = match (self.common(position).await?, position.restart()) {
            (Some(common), _) => common + 1,
            (None, Some(start)) => {
                rolled.recent = Recent::default();
                start
            }
            (None, None) => return Err(self.too_deep(position)),
        };
        let depth = position.next - from;
        tracing::warn!(network = self.options.network, from, depth, "reorg: rolling back");
        rolled.roll_back(from);
        (self.finality, self.tags) = (None, self.tags.below(from));
        Ok(Step::Rollback {
            from_block: from,
            cursor: rolled.cursor(self.contracts())?,
        })
    }

    async fn common(&self, position: &Position) -> Result<Option<u64>, SourceError> {
        let compare = |(number, hash): (u64, B256)| async move {
            let header = self.rpc.header(At::Number(number)).await?;
            Ok::<_, SourceError>((number, header.is_some_and(|header| header.hash == hash)))
        };
        let mut comparisons =
            Box::pin(stream::iter(position.recent.newest_first().map(compare)).buffered(REQUESTS));
        while let Some((number, common)) = comparisons.try_next().await? {
            if common {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn too_deep(&self, position: &Position) -> SourceError {
        let oldest = position.recent.first();
        SourceError::Fatal(format!(
            "network {}: the chain replaced all of the last {} blocks that were indexed (from block {oldest} on); if the chain \
             was started anew run `novate db reset`, if reorgs as deep as this are normal there raise `reorg_window` \
             (now {}) before that",
            self.options.network,
            position.next - oldest,
            self.options.reorg_window,
        ))
    }
}
