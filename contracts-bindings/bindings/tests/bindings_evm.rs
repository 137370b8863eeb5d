//! The contracts' bindings agree with the protocol and with what the contracts compute on a chain.

use alloy::primitives::{Address, b256};
use alloy::sol_types::{SolCall, SolError, SolEvent, SolStruct, eip712_domain};
use novate_bindings::evm::{Claim, RewardDistributor, RewardToken, Settlement};
use novate_protocol::{claim, eip712::Domain};

#[test]
fn selectors_are_those_of_the_documented_signatures() {
    assert_eq!(Settlement::depositCall::SIGNATURE, "deposit(address,uint256)");
    assert_eq!(
        Settlement::withdrawCall::SIGNATURE,
        "withdraw(address,uint256,address)"
    );
    assert_eq!(
        RewardDistributor::claimCall::SIGNATURE,
        "claim((bytes32,address,uint256,uint64),bytes)"
    );
    assert_eq!(
        RewardDistributor::Claimed::SIGNATURE,
        "Claimed(bytes32,address,uint256)"
    );
    assert_eq!(
        RewardDistributor::AlreadyClaimed::SIGNATURE,
        "AlreadyClaimed(bytes32)"
    );
    // What every ERC-20 emits, fixed by EIP-20.
    assert_eq!(
        RewardToken::Transfer::SIGNATURE_HASH,
        b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    );
}

/// Two implementations that know nothing of each other: the protocol's, and alloy's from the ABI's struct.
#[test]
fn digest_of_a_claim_is_the_protocols() {
    let contract = Address::repeat_byte(7);
    let domain = eip712_domain! {
        name: "Novate Rewards", version: "1", chain_id: 31337, verifying_contract: contract,
    };
    let claim = claim::Claim {
        id: [1; 32],
        account: [2; 20],
        amount: u128::MAX,
        deadline: 1_800_000_000,
    };
    let expected = claim.digest(&Domain::rewards(31337, contract.into_array()));
    assert_eq!(Claim::from(claim).eip712_signing_hash(&domain), expected);
    let other = claim::Claim { amount: 1, ..claim };
    assert_ne!(Claim::from(other).eip712_signing_hash(&domain), expected);
}
