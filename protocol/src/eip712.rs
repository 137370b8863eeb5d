//! Typed data after [EIP-712](https://eips.ethereum.org/EIPS/eip-712).

use crate::abi;
use crate::keccak::keccak256;

const DOMAIN_TYPE: &[u8] =
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const VERSION: &[u8] = b"1";

/// Where a signature counts: one contract on one chain. The version is always "1".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The signing contract's name for itself.
    pub name: &'static str,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The contract that checks the signature.
    pub verifying_contract: [u8; 20],
}

impl Domain {
    /// The domain of a `Settlement` contract, which checks batch headers.
    pub const fn settlement(chain_id: u64, verifying_contract: [u8; 20]) -> Self {
        Self {
            name: "Novate Settlement",
            chain_id,
            verifying_contract,
        }
    }

    /// The domain of intents for a `Settlement` contract. No contract checks them, auditors do.
    pub const fn intents(chain_id: u64, verifying_contract: [u8; 20]) -> Self {
        Self {
            name: "Novate Intents",
            chain_id,
            verifying_contract,
        }
    }

    /// The domain of a `RewardDistributor` contract, which checks claims.
    pub const fn rewards(chain_id: u64, verifying_contract: [u8; 20]) -> Self {
        Self {
            name: "Novate Rewards",
            chain_id,
            verifying_contract,
        }
    }

    /// The domain of an `OrderRegistry` contract, which checks checkpoints of orders.
    pub const fn orders(chain_id: u64, verifying_contract: [u8; 20]) -> Self {
        Self {
            name: "Novate Orders",
            chain_id,
            verifying_contract,
        }
    }

    /// `hashStruct(eip712Domain)`.
    pub fn separator(&self) -> [u8; 32] {
        keccak256(&[
            &keccak256(&[DOMAIN_TYPE]),
            &keccak256(&[self.name.as_bytes()]),
            &keccak256(&[VERSION]),
            &abi::uint(self.chain_id.into()),
            &abi::address(self.verifying_contract),
        ])
    }

    /// The digest that is signed for a struct with this `hashStruct`.
    pub fn digest(&self, struct_hash: [u8; 32]) -> [u8; 32] {
        keccak256(&[b"\x19\x01", &self.separator(), &struct_hash])
    }
}
