//! A claim whose fields cannot be wrong: parsed once, at the border.

use crate::contract::{amount, bytes};
use novate_protocol::{claim::Claim, eip712::Domain};
use signer_api::{ClaimRequest, Refusal};

/// A well-formed [`ClaimRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The contract that pays.
    pub distributor: [u8; 20],
    /// What it pays, to whom, until when.
    pub claim: Claim,
}

impl Voucher {
    /// Checks the form, not whether policy allows it.
    ///
    /// # Errors
    /// [`Refusal::WrongLength`], [`Refusal::TooLarge`], [`Refusal::ZeroAmount`], [`Refusal::ZeroAccount`].
    pub fn parse(request: &ClaimRequest) -> Result<Self, Refusal> {
        let claim = Claim {
            id: bytes("id", &request.id)?,
            account: bytes("account", &request.account)?,
            amount: amount("amount", &request.amount)?,
            deadline: request.deadline,
        };
        if claim.amount == 0 {
            return Err(Refusal::ZeroAmount);
        }
        if claim.account == [0; 20] {
            return Err(Refusal::ZeroAccount);
        }
        let distributor = bytes("distributor", &request.distributor)?;
        Ok(Self {
            chain_id: request.chain_id,
            distributor,
            claim,
        })
    }

    /// The EIP-712 digest that the distributor checks.
    pub fn digest(&self) -> [u8; 32] {
        self.claim
            .digest(&Domain::rewards(self.chain_id, self.distributor))
    }
}
