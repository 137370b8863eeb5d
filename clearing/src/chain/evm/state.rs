//! What the contract says of a batch, all of it at one block.

use super::node::{Connection, Head};
use crate::chain::ChainError;
use alloy::{
    contract,
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    rpc::types::BlockId,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use novate_bindings::evm::Settlement::{self, Batch};
use std::ops::Range;

/// Slots of `_deltaBits` and `_itemBits`: `contracts-bindings/storage/Settlement.md`. The views give one bit a call.
pub(super) const DELTA_BITS: u64 = 15;
pub(super) const ITEM_BITS: u64 = 16;
/// How many words of a bitmap are asked for at once.
const PARALLEL: usize = 8;

/// The settlement, and one of its batches.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub head: Head,
    /// Sequence of the last batch that was opened.
    pub opened: u64,
    /// Sequence of the last batch that is over.
    pub settled: u64,
    /// Unix seconds since when it is the turn of the batch after `settled`.
    pub turn_from: u64,
    /// Seconds.
    pub settle_window: u32,
    pub paused: bool,
    /// All zero unless it is opened and not over.
    pub batch: Batch,
}

pub(super) async fn read(
    at: &Connection<'_>,
    settlement: Address,
    sequence: u64,
    head: Head,
) -> Result<State, ChainError> {
    let contract = Settlement::new(settlement, at.provider());
    let block = BlockId::hash(head.hash);
    let (opened, settled, turn_from, paused) = (
        contract.opened().block(block),
        contract.settled().block(block),
        contract.turnFrom().block(block),
        contract.paused().block(block),
    );
    let (limits, batch) = (
        contract.limits().block(block),
        contract.batch(sequence).block(block),
    );
    let answers = futures_util::try_join!(
        opened.call().into_future(),
        settled.call().into_future(),
        turn_from.call().into_future(),
        paused.call().into_future(),
        limits.call().into_future(),
        batch.call().into_future()
    );
    let (opened, settled, turn_from, paused, limits, batch) = answers.map_err(|error| lost(at, error))?;
    Ok(State {
        head,
        opened,
        settled,
        turn_from,
        settle_window: limits.settleWindow,
        paused,
        batch,
    })
}

/// The settlement's last opened sequence.
pub(super) async fn opened(at: &Connection<'_>, settlement: Address, head: Head) -> Result<u64, ChainError> {
    let contract = Settlement::new(settlement, at.provider());
    let opened = contract.opened().block(BlockId::hash(head.hash)).call().await;
    opened.map_err(|error| lost(at, error))
}

fn lost(at: &Connection<'_>, error: contract::Error) -> ChainError {
    match error {
        contract::Error::TransportError(error) => at.failed(error),
        other => at.nonsense(format!(
            "gives no answer of a Settlement contract: {other}; is the address right?"
        )),
    }
}

/// Which leaves of a tree are applied, for the leaves of some range.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    first_word: u32,
    words: Vec<U256>,
}

impl Bits {
    /// Of the leaves in `leaves`; `bitmap` is [`DELTA_BITS`] or [`ITEM_BITS`].
    pub async fn read(
        at: &Connection<'_>,
        settlement: Address,
        bitmap: u64,
        (sequence, head): (u64, Head),
        leaves: Range<u32>,
    ) -> Result<Self, ChainError> {
        let first_word = leaves.start / 256;
        let words = stream::iter(first_word..leaves.end.div_ceil(256))
            .map(|word| async move {
                let slot = slot(bitmap, sequence, word);
                let asked = at.provider().get_storage_at(settlement, slot);
                let value = asked.block_id(BlockId::hash(head.hash)).await;
                value.map_err(|error| at.failed(error))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(Self { first_word, words })
    }

    /// Whether the leaf at `index` is applied; not, where nothing was read.
    pub fn has(&self, index: u32) -> bool {
        let word = (index / 256).checked_sub(self.first_word);
        word.and_then(|word| self.words.get(word as usize))
            .is_some_and(|word| word.bit(index as usize % 256))
    }
}

/// Where Solidity keeps `mapping(uint64 => mapping(uint256 => uint256))` at `slot`:
/// <https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html#mappings-and-dynamic-arrays>.
fn slot(slot: u64, sequence: u64, word: u32) -> U256 {
    let entry = |key: U256, slot: B256| keccak256([key.to_be_bytes::<32>(), slot.0].concat());
    let of_batch = entry(U256::from(sequence), U256::from(slot).into());
    entry(U256::from(word), of_batch).into()
}
