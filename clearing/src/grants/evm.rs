//! Grants in a `SessionKeys` contract.

use super::{
    GrantError, Period, Prepared, Relayer, SessionRequest,
    node::{Bucket, asked},
    relay::Relays,
};
use alloy::{
    network::{Ethereum, EthereumWallet},
    primitives::{Address, U256, aliases::U96},
    providers::{DynProvider, Provider, ProviderBuilder},
    sol_types::{Eip712Domain, SolCall, eip712_domain},
};
use novate_bindings::evm::{
    SessionKeys::{self, Grant, Limit},
    Settlement,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// How long a grant that is to be signed may be submitted, in seconds.
const DEADLINE: u64 = 3600;

/// The `SessionKeys` contract of a settlement, and who may pass grants on to it.
#[derive(Clone, Debug)]
pub struct EvmGrants {
    pub(super) node: DynProvider<Ethereum>,
    /// Where somebody pays; the node's provider signs for it.
    pub(super) relays: Option<Relays>,
    pub(super) bucket: Bucket,
    /// The `SessionKeys` that the settlement charges, once it has been asked.
    contract: Arc<OnceCell<Address>>,
    settlement: Address,
    chain_id: u64,
}

impl EvmGrants {
    /// Grants to a settlement. `relayer` pays for what owners signed; without one they send it themselves.
    pub fn new(
        rpc: alloy::transports::http::reqwest::Url,
        chain_id: u64,
        settlement: Address,
        relayer: Option<Relayer>,
    ) -> Self {
        let relays = relayer.as_ref().map(|relayer| Relays::new(relayer, chain_id));
        let node = match relayer {
            // Simple: each transaction asks for the pending nonce, so what was lost leaves no gap.
            Some(Relayer { key, .. }) => ProviderBuilder::new()
                .with_simple_nonce_management()
                .wallet(EthereumWallet::from(key))
                .connect_http(rpc)
                .erased(),
            None => ProviderBuilder::new().connect_http(rpc).erased(),
        };
        Self {
            node,
            relays,
            bucket: Bucket::new(),
            contract: Arc::default(),
            settlement,
            chain_id,
        }
    }

    pub(super) async fn contract(&self) -> Result<Address, GrantError> {
        let ask = async || {
            let settlement = Settlement::new(self.settlement, &self.node);
            self.bucket.take()?;
            asked(settlement.sessionKeys().call()).await
        };
        self.contract.get_or_try_init(ask).await.copied()
    }

    pub(super) async fn prepare(&self, request: &SessionRequest, now: u64) -> Result<Prepared, GrantError> {
        self.bucket.take()?;
        let at = self.contract().await?;
        let contract = SessionKeys::new(at, &self.node);
        let owner = address(&request.owner.0);
        let epoch = asked(contract.epochOf(owner).call()).await?;
        let nonce = asked(contract.nonces(owner).call()).await?;
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

    pub(super) fn grant(
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

    pub(super) fn domain(&self, at: Address) -> Eip712Domain {
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
