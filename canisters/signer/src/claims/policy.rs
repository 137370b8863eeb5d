//! Which claims may be signed. A function of its arguments alone.

use super::voucher::Voucher;
use candid::Nat;
use serde_bytes::ByteBuf;
use signer_api::Refusal;

/// What the decision depends on, besides the voucher.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Unix seconds.
    pub now: u64,
    /// The most that one claim of the voucher's distributor may pay; `None` when it is not allowed.
    pub max_amount: Option<u128>,
}

/// # Errors
/// [`Refusal::DistributorNotAllowed`], [`Refusal::AboveMaximum`], [`Refusal::Expired`].
pub fn check(voucher: &Voucher, circumstances: &Circumstances) -> Result<(), Refusal> {
    let Voucher {
        chain_id,
        distributor,
        claim,
    } = voucher;
    let Some(max) = circumstances.max_amount else {
        return Err(Refusal::DistributorNotAllowed {
            chain_id: *chain_id,
            distributor: ByteBuf::from(distributor.to_vec()),
        });
    };
    if claim.amount > max {
        return Err(Refusal::AboveMaximum {
            amount: Nat::from(claim.amount),
            max: Nat::from(max),
        });
    }
    if claim.deadline <= circumstances.now {
        return Err(Refusal::Expired {
            deadline: claim.deadline,
            now: circumstances.now,
        });
    }
    Ok(())
}
