//! How far a program was read, in whole slots: a slot's transactions are all in the database or none of them
//! is.

use crate::source::{Cursor, SourceError};
use serde::{Deserialize, Serialize};

/// A block of one chain and no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockId {
    pub slot: u64,
    pub hash: String,
}

/// Everything up to and with `block` was read from the chain that `block` is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frontier {
    pub block: BlockId,
    /// Slot of the newest transaction read: a list of transactions that ends without reaching back to it has
    /// a hole.
    pub last: Option<u64>,
    /// A finalized block at or below `block`: where to go back to if `block` leaves the chain.
    pub root: Option<BlockId>,
}

/// Where to read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub next_slot: u64,
    /// None at the start, and after a rollback to where no finalized block was known.
    pub frontier: Option<Frontier>,
}

impl Position {
    /// The position a stored cursor stands for.
    pub fn of(cursor: Option<&Cursor>, start_slot: u64) -> Result<Self, SourceError> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                next_slot: start_slot,
                frontier: None,
            });
        };
        let frontier: Option<Frontier> = serde_json::from_value(cursor.at.clone()).map_err(|e| {
            SourceError::Fatal(format!(
                "the stored position of this program is not one of a Solana program ({e}); was the source of \
                 this name another one before? Name the contract differently, or run `novate db reset`"
            ))
        })?;
        Ok(Self {
            next_slot: cursor.next_block,
            frontier,
        })
    }

    pub fn after(frontier: Frontier) -> Self {
        Self {
            next_slot: frontier.block.slot + 1,
            frontier: Some(frontier),
        }
    }

    pub fn cursor(&self) -> Cursor {
        Cursor {
            next_block: self.next_slot,
            at: serde_json::json!(self.frontier),
        }
    }

    pub fn root(&self) -> Option<&BlockId> {
        self.frontier.as_ref()?.root.as_ref()
    }

    pub fn last(&self) -> Option<u64> {
        self.frontier.as_ref()?.last
    }
}
