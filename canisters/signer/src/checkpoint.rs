//! `sign_checkpoint`: roots of completed orders, for an `OrderRegistry` or a settlement on Solana to keep.

use crate::{
    contract::{Contract, bytes},
    events::Fields,
    keys::Message,
    policy::registry,
    requests::{self, Kind, Request},
    turns::{self, Place, Series},
};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use novate_protocol::{eip712::Domain, order::OrderCheckpoint};
use signer_api::{Chain, CheckpointRequest, Content, Refusal, Signed};

/// Signs a checkpoint.
///
/// # Errors
/// Those of [`requests::sign`]; [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::TooLarge`],
/// [`Refusal::ContractNotAllowed`], [`Refusal::OutOfTurn`].
pub async fn sign(caller: Principal, request: CheckpointRequest) -> Result<Signed, Refusal> {
    requests::sign(caller, &Checkpoint::parse(request)?).await
}

/// A well-formed [`CheckpointRequest`].
pub struct Checkpoint {
    request: CheckpointRequest,
    id: [u8; 32],
    contract: Contract,
    checkpoint: OrderCheckpoint,
}

impl Checkpoint {
    /// Checks the form, not whether policy allows it.
    ///
    /// # Errors
    /// [`Refusal::WrongLength`], [`Refusal::Zero`].
    pub fn parse(request: CheckpointRequest) -> Result<Self, Refusal> {
        let contract = Contract::parse("contract", request.chain, &request.contract)?;
        let checkpoint = OrderCheckpoint {
            chain: contract.chain.number(),
            settlement: contract.word,
            number: request.number,
            root: bytes("root", &request.root)?,
            order_count: request.order_count,
        };
        for (field, is_zero) in [
            ("root", checkpoint.root == [0; 32]),
            ("order_count", checkpoint.order_count == 0),
        ] {
            if is_zero {
                return Err(Refusal::Zero { field: field.into() });
            }
        }
        Ok(Self {
            id: bytes("id", &request.id)?,
            request,
            contract,
            checkpoint,
        })
    }
}

impl Request for Checkpoint {
    const KIND: Kind = Kind {
        method: "sign_checkpoint",
        accepted: "checkpoint_accepted",
        signed: "checkpoint_signed",
    };

    fn id(&self) -> [u8; 32] {
        self.id
    }

    fn key_version(&self) -> Option<u32> {
        self.request.key_version
    }

    fn contract(&self) -> Contract {
        self.contract
    }

    fn message(&self) -> Message {
        match self.contract.chain {
            Chain::Evm(chain_id) => {
                let domain = Domain::orders(chain_id, self.contract.evm_address());
                Message::Ecdsa(self.checkpoint.digest_eip712(&domain))
            }
            Chain::Solana(_) => Message::Ed25519(self.checkpoint.solana_message().to_vec()),
        }
    }

    fn content(&self) -> Content {
        Content::Checkpoint(self.request.clone())
    }

    fn fields(&self) -> Fields {
        let mut fields = vec![("request_id", Value::blob(self.id))];
        fields.extend(self.contract.fields());
        fields.extend([
            ("number", Value::nat(self.checkpoint.number)),
            ("root", Value::blob(self.checkpoint.root)),
            ("order_count", Value::nat(self.checkpoint.order_count)),
            ("digest", Value::blob(self.message().digest())),
        ]);
        fields
    }

    fn check(&self) -> Result<(), Refusal> {
        let max = registry::require(&self.contract)?.max_orders;
        if self.checkpoint.order_count > max {
            return Err(Refusal::TooLarge {
                field: "order_count".into(),
                value: Nat::from(self.checkpoint.order_count),
                max: Nat::from(max),
            });
        }
        Ok(())
    }

    fn admit(&self) -> Result<(), Refusal> {
        let (number, digest) = (self.checkpoint.number, self.message().digest());
        match turns::place(Series::Checkpoints, &self.contract, number, &digest)? {
            Place::Next => turns::advance(Series::Checkpoints, &self.contract, number, &digest),
            Place::Again => Ok(()),
        }
    }
}
