//! Events of a transaction, read as an indexer reads them.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use litesvm::types::TransactionMetadata;

/// Events of one type that the program emitted by calling itself.
pub fn by_call<E: Discriminator + AnchorDeserialize>(done: &TransactionMetadata) -> Vec<E> {
    let inner = done.inner_instructions.iter().flatten();
    inner
        .filter_map(|inner| decode(inner.instruction.data.strip_prefix(EVENT_IX_TAG_LE)?))
        .collect()
}

/// Events of one type in the logs.
pub fn by_log<E: Discriminator + AnchorDeserialize>(done: &TransactionMetadata) -> Vec<E> {
    let lines = done
        .logs
        .iter()
        .filter_map(|line| line.strip_prefix("Program data: "));
    lines
        .filter_map(|line| decode(&BASE64_STANDARD.decode(line).unwrap()))
        .collect()
}

fn decode<E: Discriminator + AnchorDeserialize>(data: &[u8]) -> Option<E> {
    Some(E::try_from_slice(data.strip_prefix(E::DISCRIMINATOR)?).unwrap())
}
