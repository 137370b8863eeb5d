//! Grants that owners signed, submitted at the cost of a relayer.
//!
//! Anybody can ask for this, with as many fresh accounts as he likes. So the signature is checked before any node is asked, nodes are
//! asked so many times a second, and what the relayer pays is bounded by an owner's quota, a day's, and the gas of a transaction.

use super::{
    EvmGrants, GrantError, SessionRequest,
    node::{TIMEOUT, asked, in_time, unavailable},
    quota::{Quota, Relayed},
};
use alloy::{
    primitives::{Address, Bytes, Signature, TxHash, U256},
    providers::Provider,
    signers::local::PrivateKeySigner,
    sol_types::SolStruct,
};
use novate_bindings::evm::SessionKeys::{self, Grant};
use novate_protocol::intent::Scheme;
use sqlx::PgPool;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Most transactions of the relayer that are in no block yet.
const MOST_PENDING: u64 = 3;
/// Gas of a grant without limits, and of each limit, with a margin: measured in `api_rest`.
const GAS: u64 = 190_000;
const GAS_OF_LIMIT: u64 = 100_000;

/// Who pays for grants that owners signed, and for how many.
#[derive(Clone, Debug)]
pub struct Relayer {
    /// Nobody else may send with it.
    pub key: PrivateKeySigner,
    /// With the schema `accounts`, where grants are counted.
    pub pool: PgPool,
    /// Most grants in 24 hours.
    pub per_day: u32,
}

/// The relayer at work.
#[derive(Clone, Debug)]
pub(super) struct Relays {
    quota: Quota,
    /// One at a time: two that ask for the next nonce together get the same.
    turn: Arc<Mutex<()>>,
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
    /// 65 bytes. Contract accounts (EIP-1271) send their grants themselves.
    pub signature: Vec<u8>,
}

impl Relays {
    pub(super) fn new(relayer: &Relayer, chain: u64) -> Self {
        Self {
            quota: Quota {
                pool: relayer.pool.clone(),
                chain,
                relayer: relayer.key.address(),
                per_day: relayer.per_day,
            },
            turn: Arc::default(),
        }
    }
}

impl EvmGrants {
    /// Submits a grant, and returns its transaction. The session is active when the index has seen it.
    ///
    /// # Errors
    /// [`GrantError`]; nothing is sent then, unless it is [`GrantError::Unavailable`]: [`Self::relayed`] tells.
    pub async fn relay(&self, signed: &SignedGrant, now: u64) -> Result<TxHash, GrantError> {
        let relays = self.relays.clone().ok_or(GrantError::NoRelayer)?;
        signed.session.check(Scheme::Eip712, now)?;
        if signed.deadline < now {
            return Err(GrantError::Invalid {
                field: "deadline",
                must: "in the future; ask for the grant again",
            });
        }
        let grant = self.grant(&signed.session, signed.epoch, signed.nonce, signed.deadline)?;
        let signature = plain(&signed.signature).ok_or(GrantError::Signature)?;
        // Asks a node once in this process's life.
        let at = self.contract().await?;
        let digest = grant.eip712_signing_hash(&self.domain(at));
        let signer = signature.recover_address_from_prehash(&digest);
        if signer.ok() != Some(grant.owner) {
            return Err(GrantError::Signature);
        }
        self.bucket.take()?;
        // In a task of its own: a caller who goes away must not leave it half done.
        let task = tokio::spawn(self.clone().submit(relays, at, grant, signed.clone()));
        task.await.map_err(unavailable)?
    }

    /// The last grant of this session that was sent from here, if any.
    ///
    /// # Errors
    /// [`GrantError::Database`]
    pub async fn relayed(&self, owner: &[u8; 32], session: &[u8; 32]) -> Result<Option<Relayed>, GrantError> {
        match &self.relays {
            Some(relays) => relays.quota.last(owner, session).await,
            None => Ok(None),
        }
    }

    async fn submit(
        self,
        relays: Relays,
        at: Address,
        grant: Grant,
        signed: SignedGrant,
    ) -> Result<TxHash, GrantError> {
        let turn = tokio::time::timeout(TIMEOUT, relays.turn.lock());
        let _turn = turn.await.map_err(|_| GrantError::Busy)?;
        let session = &signed.session;
        let reserved = relays.quota.reserve(&session.owner.0, &session.key).await?;
        let sent = match self.allowed(relays.quota.relayer, &grant).await {
            Ok(()) => self.send(at, grant, &signed.signature).await,
            Err(error) => Err(Unsent::Surely(error)),
        };
        match sent {
            Ok(hash) => {
                relays.quota.sent(reserved, hash).await?;
                Ok(hash)
            }
            Err(Unsent::Surely(error)) => {
                relays.quota.release(reserved).await?;
                Err(error)
            }
            Err(Unsent::Perhaps(error)) => Err(error),
        }
    }

    /// Whether this owner's grants are passed on, and whether the relayer's last ones have landed.
    async fn allowed(&self, relayer: Address, grant: &Grant) -> Result<(), GrantError> {
        // The chain would ask the contract, which may use up all gas.
        if !asked(self.node.get_code_at(grant.owner)).await?.is_empty() {
            return Err(GrantError::ContractOwner);
        }
        let landed = asked(self.node.get_transaction_count(relayer)).await?;
        let sent = asked(self.node.get_transaction_count(relayer).pending()).await?;
        match sent.saturating_sub(landed) {
            0..MOST_PENDING => Ok(()),
            _ => Err(GrantError::Busy),
        }
    }

    async fn send(&self, at: Address, grant: Grant, signature: &[u8]) -> Result<TxHash, Unsent> {
        let limits = grant.limits.len() as u64;
        let contract = SessionKeys::new(at, &self.node);
        let call = contract
            .grantBySig(grant, Bytes::copy_from_slice(signature))
            .gas(GAS_OF_LIMIT.saturating_mul(limits).saturating_add(GAS));
        // Nobody pays for what fails: the node tries it first.
        let tried = in_time(call.call()).await.map_err(Unsent::Surely)?;
        tried.map_err(|error| Unsent::Surely(refused(&error)))?;
        let sent = in_time(call.send()).await.map_err(Unsent::Perhaps)?;
        let sent = sent.map_err(|error| match &error {
            // The node has answered, and has not taken it.
            alloy::contract::Error::TransportError(cause) if cause.is_error_resp() => {
                Unsent::Surely(refused(&error))
            }
            _ => Unsent::Perhaps(unavailable(error)),
        })?;
        Ok(*sent.tx_hash())
    }
}

/// Why there is no transaction.
enum Unsent {
    /// No node has it.
    Surely(GrantError),
    /// A node may have it.
    Perhaps(GrantError),
}

/// A signature in the form that the contract takes of plain accounts: 65 bytes, s in the lower half, v 27 or 28.
fn plain(bytes: &[u8]) -> Option<Signature> {
    let [.., v] = bytes.first_chunk::<65>().filter(|_| bytes.len() == 65)?;
    let signature = Signature::from_raw(bytes).ok()?;
    (matches!(v, 27 | 28) && signature.normalize_s().is_none()).then_some(signature)
}

/// What the contract says, where it says something.
fn refused(error: &alloy::contract::Error) -> GrantError {
    match error.as_decoded_interface_error::<SessionKeys::SessionKeysErrors>() {
        Some(reason) => GrantError::Refused(format!("{reason:?}")),
        None => match error.as_revert_data() {
            Some(data) => GrantError::Refused(format!("reverted with {data}")),
            None => unavailable(error),
        },
    }
}
