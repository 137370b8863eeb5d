//! A settlement that is served: what it is, and what it is reached by.

use crate::{
    batch_maker::{Allowed, Limits, Skew},
    chain::Chain,
    state::Openings,
};
use novate_bindings::icp;
use novate_netting::{Fees, Rules};
use novate_protocol::intent::Scheme;
use std::{sync::Arc, time::Duration};

/// One settlement on one chain.
pub struct Settlement {
    /// Its row in `clearing.settlements`.
    pub id: i16,
    /// As in the configuration.
    pub name: String,
    /// How its session keys sign, which follows from its chain.
    pub scheme: Scheme,
    /// As in headers.
    pub chain_id: u64,
    /// As in headers.
    pub address: [u8; 32],
    /// What the clearing house takes.
    pub fees: Fees,
    /// Which assets and items its batches may move.
    pub allowed: Allowed,
    /// How large windows and batches are.
    pub limits: Limits,
    /// How far clocks may be apart.
    pub skew: Skew,
    /// How patient the driver is.
    pub pace: Pace,
    /// Where it is.
    pub chain: Arc<dyn Chain>,
    /// What the index knows of it.
    pub state: Arc<dyn Openings>,
}

/// How patient the driver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at a batch that something is done for.
    pub poll: Duration,
    /// Between two looks when only time or a person can help.
    pub slow: Duration,
    /// A transaction that has not landed is sent again after this.
    pub resend: Duration,
    /// A transaction that has not landed is replaced after this, by one that bids more.
    pub replace: Duration,
    /// Intents of owners who made a batch fail wait this long, in seconds.
    pub hold_seconds: u64,
    /// Most transactions of a batch that are planned and sent at once.
    pub parallel: usize,
}

impl Settlement {
    /// The rules by which a window is netted that was closed then, in Unix seconds.
    pub fn rules(&self, closed_at: u64) -> Rules {
        Rules {
            scheme: self.scheme,
            chain: self.chain_id,
            settlement: self.address,
            fees: self.fees,
            closed_at,
        }
    }

    /// The chain as the signer names it.
    pub fn signer_chain(&self) -> icp::Chain {
        match self.scheme {
            Scheme::Ed25519 => icp::Chain::Solana(self.chain_id),
            Scheme::Eip712 => icp::Chain::Evm(self.chain_id),
        }
    }
}
