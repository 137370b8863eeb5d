//! The voucher that `RewardDistributor` pays out on.

use crate::abi;
use crate::eip712::Domain;
use crate::keccak::keccak256;

const CLAIM_TYPE: &[u8] = b"Claim(bytes32 id,address account,uint256 amount,uint64 deadline)";

/// A promise to pay `amount` of the distributor's one token to `account`, once, until `deadline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A distributor pays an id once. The signer is stricter: to it an id is one claim, whatever the chain and the
    /// distributor.
    pub id: [u8; 32],
    /// Who is paid.
    pub account: [u8; 20],
    /// In the token's base units. `uint256` on chain; a claim above `u128::MAX` is never issued.
    pub amount: u128,
    /// Unix seconds; the last second at which the claim may be redeemed.
    pub deadline: u64,
}

impl Claim {
    /// The EIP-712 digest that the voucher signer signs.
    pub fn digest(&self, domain: &Domain) -> [u8; 32] {
        domain.digest(keccak256(&[
            &keccak256(&[CLAIM_TYPE]),
            &self.id,
            &abi::address(self.account),
            &abi::uint(self.amount),
            &abi::uint(self.deadline.into()),
        ]))
    }
}
