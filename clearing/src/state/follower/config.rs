use novate_catalog::Finality;
use novate_protocol::intent::Scheme;
use std::time::Duration;

/// Which settlement is followed, in whose index. The names are those of the indexer's `novate.toml`.
#[derive(Clone, Debug)]
pub struct FollowerConfig {
    /// The settlement's name, for errors and logs.
    pub settlement: String,
    /// The network that it is on.
    pub network: String,
    /// Tells the kind of chain.
    pub scheme: Scheme,
    /// The config account on Solana, the contract (left-padded with zeros) on EVM.
    pub address: [u8; 32],
    /// The settlement program or contract.
    pub contract: String,
    /// The program or contract of the session keys.
    pub sessions: String,
    /// What counts.
    pub finality: Finality,
    /// A session that ends within so many seconds counts as over: a batch that charges it is applied later than it is made.
    pub session_margin: u64,
    /// Between two looks at the index when nothing is heard of it.
    pub poll: Duration,
}

impl FollowerConfig {
    /// The sources of the index that its rows come from.
    pub(super) fn sources(&self) -> Vec<String> {
        match self.scheme {
            // One follows the whole network.
            Scheme::Eip712 => vec![self.network.clone()],
            // Each program has its own.
            Scheme::Ed25519 => [&self.contract, &self.sessions]
                .map(|contract| format!("{}/{contract}", self.network))
                .to_vec(),
        }
    }
}
