//! Grants in a `SessionKeys` contract.

use super::{GrantError, Period, Prepared, SessionRequest};
use alloy::{
    network::{Ethereum, EthereumWallet},
    primitives::{Address, Bytes, Signature, TxHash, U256, aliases::U96},
    providers::{DynProvider, Provider, ProviderBuilder},
    signers::local::PrivateKeySigner,
    sol_types::{Eip712Domain, SolCall, SolStruct, eip712_domain},
};
use novate_bindings::evm::{
    SessionKeys::{self, Grant, Limit},
    Settlement,
};
use novate_protocol::intent::Scheme;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// How long a grant that is to be signed may be submitted, in seconds.
const DEADLINE: u64 = 3600;

/// The `SessionKeys` contract of a settlement, and who may pass grants on to it.
#[derive(Clone, Debug)]
pub struct EvmGrants {
    node: DynProvider<Ethereum>,
    /// Whether the node's provider can sign.
    relays: bool,
    /// The `SessionKeys` that the settlement charges, once it has been asked.
    contract: Arc<OnceCell<Address>>,
    settlement: Address,
    chain_id: u64,
}

/// A grant that its owner has signed as typed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedGrant {
    /// What is granted.
    pub session: SessionRequest,
    /// The owner's epoch, as prepared.
    pub epoch: u64,
    /// The owner's nonce, as prepared.
    pub nonce: U256,
    /// Unix seconds, as prepared.
    pub deadline: u64,
    /// 65 bytes, or what an EIP-1271 owner accepts.
    pub signature: Vec<u8>,
}

impl EvmGrants {
    /// Grants to a settlement. `relayer` pays for what owners signed; without one they send it themselves.
    pub fn new(
        rpc: alloy::transports::http::reqwest::Url,
        chain_id: u64,
        settlement: Address,
        relayer: Option<PrivateKeySigner>,
    ) -> Self {
        let relays = relayer.is_some();
        let node = match relayer {
            Some(key) => ProviderBuilder::new()
                .with_simple_nonce_management()
                .wallet(EthereumWallet::from(key))
                .connect_http(rpc)
                .erased(),
            None => ProviderBuilder::new().connect_http(rpc).erased(),
        };
        Self {
            node,
            relays,
            contract: Arc::default(),
            settlement,
            chain_id,
        }
    }

    async fn contract(&self) -> Result<Address, GrantError> {
        let ask = async || {
            let settlement = Settlement::new(self.settlement, &self.node);
            settlement.sessionKeys().call().await.map_err(unavailable)
        };
        self.contract.get_or_try_init(ask).await.copied()
    }

    pub(super) async fn prepare(&self, request: &SessionRequest, now: u64) -> Result<Prepared, GrantError> {
        let at = self.contract().await?;
        let contract = SessionKeys::new(at, &self.node);
        let owner = address(&request.owner.0);
        let epoch = contract.epochOf(owner).call().await.map_err(unavailable)?;
        let nonce = contract.nonces(owner).call().await.map_err(unavailable)?;
        let grant = self.grant(request, epoch, nonce, now.saturating_add(DEADLINE))?;
        let call = SessionKeys::grantCall {
            key: grant.key,
            consumer: grant.consumer,
            actions: grant.actions,
            expires: grant.expires,
            limits: grant.limits.clone(),
        };
        Ok(Prepared::Evm {
            to: at.into(),
            data: call.abi_encode(),
            chain_id: self.chain_id,
            typed_data: Box::new(self.typed_data(at, &grant)),
        })
    }

    /// Submits a grant, and returns its transaction. The session is active when the index has seen it.
    ///
    /// # Errors
    /// [`GrantError`]; nothing is sent then.
    pub async fn relay(&self, signed: &SignedGrant, now: u64) -> Result<TxHash, GrantError> {
        if !self.relays {
            return Err(GrantError::NoRelayer);
        }
        signed.session.check(Scheme::Eip712, now)?;
        let grant = self.grant(&signed.session, signed.epoch, signed.nonce, signed.deadline)?;
        let at = self.contract().await?;
        let contract = SessionKeys::new(at, &self.node);
        self.signed_by_owner(at, &grant, &signed.signature).await?;
        let call = contract.grantBySig(grant, Bytes::copy_from_slice(&signed.signature));
        // Nobody pays for what fails: the node tries it first.
        call.call().await.map_err(refused)?;
        let sent = call.send().await.map_err(refused)?;
        Ok(*sent.tx_hash())
    }

    /// A plain account's signature is checked here, at no cost of the node's; a contract's by the contract.
    async fn signed_by_owner(&self, at: Address, grant: &Grant, signature: &[u8]) -> Result<(), GrantError> {
        let digest = grant.eip712_signing_hash(&self.domain(at));
        let signer = Signature::from_raw(signature)
            .ok()
            .and_then(|signature| signature.recover_address_from_prehash(&digest).ok());
        if signer == Some(grant.owner) {
            return Ok(());
        }
        let code = self.node.get_code_at(grant.owner).await.map_err(unavailable)?;
        match code.is_empty() {
            true => Err(GrantError::Signature),
            false => Ok(()),
        }
    }

    fn grant(
        &self,
        request: &SessionRequest,
        epoch: u64,
        nonce: U256,
        deadline: u64,
    ) -> Result<Grant, GrantError> {
        let too_large = |field, must| GrantError::Invalid { field, must };
        let limits = request.limits.iter().map(|limit| Limit {
            asset: address(&limit.asset.0),
            amount: U96::saturating_from(limit.amount),
            lifetime: U96::saturating_from(limit.lifetime),
            period: seconds(limit.period),
        });
        Ok(Grant {
            owner: address(&request.owner.0),
            key: address(&request.key),
            consumer: self.settlement,
            actions: u8::try_from(request.actions).map_err(|_| too_large("actions", "known"))?,
            expires: u32::try_from(request.expires_at).map_err(|_| too_large("expiresAt", "before 2106"))?,
            limits: limits.collect(),
            epoch,
            nonce,
            deadline,
        })
    }

    fn domain(&self, at: Address) -> Eip712Domain {
        eip712_domain! {
            name: "Novate Sessions",
            version: "1",
            chain_id: self.chain_id,
            verifying_contract: at,
        }
    }

    fn typed_data(&self, at: Address, grant: &Grant) -> Value {
        let field = |(name, kind): (&str, &str)| json!({ "name": name, "type": kind });
        let fields = |of: &[(&str, &str)]| -> Value { of.iter().copied().map(field).collect() };
        let limit = |limit: &Limit| {
            json!({
                "asset": limit.asset,
                "amount": limit.amount.to_string(),
                "lifetime": limit.lifetime.to_string(),
                "period": limit.period,
            })
        };
        json!({
            "types": {
                "EIP712Domain": fields(&DOMAIN),
                "Grant": fields(&GRANT),
                "Limit": fields(&LIMIT),
            },
            "primaryType": "Grant",
            "domain": {
                "name": "Novate Sessions",
                "version": "1",
                "chainId": self.chain_id,
                "verifyingContract": at,
            },
            "message": {
                "owner": grant.owner,
                "key": grant.key,
                "consumer": grant.consumer,
                "actions": grant.actions,
                "expires": grant.expires,
                "limits": grant.limits.iter().map(limit).collect::<Value>(),
                "epoch": grant.epoch.to_string(),
                "nonce": grant.nonce.to_string(),
                "deadline": grant.deadline.to_string(),
            },
        })
    }
}

const DOMAIN: [(&str, &str); 4] = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
];
const GRANT: [(&str, &str); 9] = [
    ("owner", "address"),
    ("key", "address"),
    ("consumer", "address"),
    ("actions", "uint8"),
    ("expires", "uint32"),
    ("limits", "Limit[]"),
    ("epoch", "uint64"),
    ("nonce", "uint256"),
    ("deadline", "uint64"),
];
const LIMIT: [(&str, &str); 4] = [
    ("asset", "address"),
    ("amount", "uint96"),
    ("lifetime", "uint96"),
    ("period", "uint32"),
];

const fn seconds(period: Period) -> u32 {
    match period {
        Period::OneTime => 0,
        Period::Hour => 3_600,
        Period::Day => 86_400,
        Period::Week => 604_800,
        Period::Month => 2_592_000,
    }
}

/// The last 20 bytes: [`SessionRequest::check`] has seen that the others are zero.
fn address(word: &[u8; 32]) -> Address {
    Address::from_word((*word).into())
}

fn unavailable(error: impl std::fmt::Display) -> GrantError {
    GrantError::Unavailable(error.to_string())
}

/// What the contract says, where it says something.
fn refused(error: alloy::contract::Error) -> GrantError {
    match error.as_decoded_interface_error::<SessionKeys::SessionKeysErrors>() {
        Some(reason) => GrantError::Refused(format!("{reason:?}")),
        None if error.as_revert_data().is_some() => GrantError::Refused(error.to_string()),
        None => unavailable(error),
    }
}
