//! `sign_claim`: vouchers of a `RewardDistributor`.

pub mod policy;
pub mod voucher;

use crate::{
    contract::{Contract, bytes},
    days::{self, Purpose},
    events::Fields,
    keys::Message,
    requests::{self, Kind, Request},
    state::{self, Counter},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use policy::Circumstances;
use serde_bytes::ByteBuf;
use signer_api::{ClaimRequest, ClaimView, Content, Refusal, Signed, SignedClaim};
use voucher::Voucher;

/// The token of a distributor, of which there is one: its totals need no name for it.
const ITS_TOKEN: [u8; 32] = [0; 32];

/// Signs a claim.
///
/// # Errors
/// Those of [`Voucher::parse`], [`policy::check`] and [`requests::sign`]; [`Refusal::AboveDaily`].
pub async fn sign(caller: Principal, request: ClaimRequest) -> Result<SignedClaim, Refusal> {
    let voucher = Voucher::parse(&request)?;
    let Signed {
        signature,
        digest,
        signer,
        ..
    } = requests::sign(caller, &Claim { request, voucher }).await?;
    Ok(SignedClaim {
        signature,
        digest,
        signer,
    })
}

/// What is known of a claim; nothing of other requests.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn view(id: &ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    let record = requests::find(bytes("id", id)?);
    Ok(record.and_then(|record| match record.content {
        Content::Claim(request) => Some(ClaimView {
            request,
            digest: record.digest,
            signature: record.signature,
            caller: record.caller,
            accepted_at: record.accepted_at,
            signed_at: record.signed_at,
        }),
        _ => None,
    }))
}

struct Claim {
    request: ClaimRequest,
    voucher: Voucher,
}

impl Request for Claim {
    const KIND: Kind = Kind {
        method: "sign_claim",
        accepted: "claim_accepted",
        signed: "claim_signed",
    };

    fn id(&self) -> [u8; 32] {
        self.voucher.claim.id
    }

    fn key_version(&self) -> Option<u32> {
        self.request.key_version
    }

    fn contract(&self) -> Contract {
        Contract::evm(self.voucher.chain_id, self.voucher.distributor)
    }

    fn message(&self) -> Message {
        Message::Ecdsa(self.voucher.digest())
    }

    fn content(&self) -> Content {
        Content::Claim(self.request.clone())
    }

    fn fields(&self) -> Fields {
        let Voucher {
            chain_id,
            distributor,
            claim,
        } = &self.voucher;
        vec![
            ("claim_id", Value::blob(claim.id)),
            ("chain_id", Value::nat(*chain_id)),
            ("distributor", Value::blob(*distributor)),
            ("account", Value::blob(claim.account)),
            ("amount", Value::nat(claim.amount)),
            ("deadline", Value::nat(claim.deadline)),
            ("digest", Value::blob(self.voucher.digest())),
        ]
    }

    fn check(&self) -> Result<(), Refusal> {
        let key = (self.voucher.chain_id, self.voucher.distributor);
        let circumstances = Circumstances {
            now: state::now(),
            max_amount: state::read(|s| s.distributors.get(&key)),
        };
        policy::check(&self.voucher, &circumstances)
    }

    fn admit(&self) -> Result<(), Refusal> {
        let key = (self.voucher.chain_id, self.voucher.distributor);
        let today = days::today(state::now(), Purpose::Claims, &self.contract(), ITS_TOKEN);
        let max = state::read(|s| s.distributor_days.get(&key));
        // Counted also without a limit, so that one that is set at noon knows the morning.
        today
            .with(self.voucher.claim.amount, max.unwrap_or(u128::MAX))?
            .save();
        state::write(|s| s.count(Counter::Claims));
        Ok(())
    }
}
