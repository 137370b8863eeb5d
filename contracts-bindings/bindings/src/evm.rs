//! The Solidity contracts: call them, deploy them, decode their events and errors.

// `sol!` makes functions with as many arguments as the contracts' have.
#![allow(clippy::too_many_arguments)]

use alloy::primitives::{Address, B256, U256, address};
use alloy::rpc::types::TransactionRequest;
use alloy::sol;

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    RewardToken,
    "../../artifacts/evm/RewardToken.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    Settlement,
    "../../artifacts/evm/Settlement.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    RewardDistributor,
    "../../artifacts/evm/RewardDistributor.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    StakingRewards,
    "../../artifacts/evm/StakingRewards.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    SessionKeys,
    "../../artifacts/evm/SessionKeys.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    OrderRegistry,
    "../../artifacts/evm/OrderRegistry.json"
);

impl From<&novate_protocol::batch::BatchHeader> for Settlement::BatchHeader {
    fn from(header: &novate_protocol::batch::BatchHeader) -> Self {
        Self {
            chain: header.chain,
            settlement: header.settlement.into(),
            sequence: header.sequence,
            intentsRoot: header.intents_root.into(),
            deltasRoot: header.deltas_root.into(),
            itemsRoot: header.items_root.into(),
            blobCid: header.blob_cid.into(),
            intentCount: header.intent_count,
            deltaCount: header.delta_count,
            itemCount: header.item_count,
            openedAt: header.opened_at,
        }
    }
}

/// A voucher, as `RewardDistributor.claim` takes it.
pub use RewardDistributor::Claim;

impl From<novate_protocol::claim::Claim> for Claim {
    fn from(claim: novate_protocol::claim::Claim) -> Self {
        Self {
            id: claim.id.into(),
            account: claim.account.into(),
            amount: U256::from(claim.amount),
            deadline: claim.deadline,
        }
    }
}

/// The deterministic deployment proxy, at the same address on nearly every chain (anvil included):
/// <https://github.com/Arachnid/deterministic-deployment-proxy>.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The transaction that deploys `init_code` (bytecode, then encoded constructor arguments) through
/// [`CREATE2_FACTORY`], and the address at which the contract will be. The same salt and code give the same
/// address on every chain, and the one that `script/Deploy.s.sol` gives. The proxy reverts when something is
/// at the address already.
pub fn create2(salt: B256, init_code: &[u8]) -> (Address, TransactionRequest) {
    let address = CREATE2_FACTORY.create2_from_code(salt, init_code);
    let input = [salt.as_slice(), init_code].concat();
    (
        address,
        TransactionRequest::default()
            .to(CREATE2_FACTORY)
            .input(input.into()),
    )
}
