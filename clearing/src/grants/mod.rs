//! Sessions before they exist: what an owner signs so that a session key may sign intents.
//!
//! Only the owner can grant a session, on chain. So nothing here needs to be trusted: it prepares a transaction, or passes on a
//! grant that the owner has signed, and the session is active when the index has seen it.

mod error;
mod evm;
mod node;
mod quota;
mod relay;
mod solana;

pub use error::GrantError;
pub use evm::EvmGrants;
pub use quota::Relayed;
pub use relay::{Relayer, SignedGrant};
pub use solana::SolanaGrants;

use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};

/// Longest life of a session, in seconds, on either chain.
pub const MAX_LIFE: u64 = 30 * 24 * 3600;
/// Most limits of a session, on either chain.
pub const MAX_LIMITS: usize = 8;
/// The bits of actions that exist: those of [`novate_protocol::intent::actions`], and `APPROVE`.
const KNOWN_ACTIONS: u32 = 0b1_1111;
/// `uint96` of a limit on EVM.
const MAX_EVM_AMOUNT: u128 = (1 << 96) - 1;

/// A session that an owner wants to grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRequest {
    /// Who grants it.
    pub owner: Owner,
    /// The session key.
    pub key: [u8; 32],
    /// The first second in which it is over, in Unix seconds; within 30 days.
    pub expires_at: u64,
    /// Bits of [`novate_protocol::intent::actions`].
    pub actions: u32,
    /// One for each asset; of others nothing may be spent.
    pub limits: Vec<SpendLimit>,
}

/// How much of an asset a session may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendLimit {
    /// Which asset.
    pub asset: Asset,
    /// Base units in a period, above zero.
    pub amount: u128,
    /// Base units in the session's life, no less than `amount`.
    pub lifetime: u128,
    /// When `amount` starts anew.
    pub period: Period,
}

/// When a limit's amount starts anew, counted from the second of the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Never.
    OneTime,
    /// Every 3,600 seconds.
    Hour,
    /// Every 24 hours.
    Day,
    /// Every 7 days.
    Week,
    /// Every 30 days.
    Month,
}

/// Where sessions of a settlement are granted.
#[derive(Clone, Debug)]
pub enum Grants {
    /// In a `SessionKeys` contract.
    Evm(EvmGrants),
    /// In the session-keys program.
    Solana(SolanaGrants),
}

/// What the owner has to sign.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// A call of the contract, or typed data for somebody else to submit.
    Evm {
        /// `SessionKeys`.
        to: [u8; 20],
        /// Of the call that grants it.
        data: Vec<u8>,
        /// EIP-155.
        chain_id: u64,
        /// What `eth_signTypedData_v4` takes.
        typed_data: Box<serde_json::Value>,
    },
    /// A transaction that needs the owner's signature only.
    Solana {
        /// As it is sent, with zeros for the signature.
        transaction: Vec<u8>,
        /// Last block height at which it can land.
        last_height: u64,
    },
}

impl Grants {
    /// How session keys of the settlement sign.
    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Evm(_) => Scheme::Eip712,
            Self::Solana(_) => Scheme::Ed25519,
        }
    }

    /// What the owner has to sign to grant the session. `now` is in Unix seconds.
    ///
    /// # Errors
    /// [`GrantError`]
    pub async fn prepare(&self, request: &SessionRequest, now: u64) -> Result<Prepared, GrantError> {
        request.check(self.scheme(), now)?;
        match self {
            Self::Evm(contract) => contract.prepare(request, now).await,
            Self::Solana(program) => program.prepare(request).await,
        }
    }
}

impl SessionRequest {
    /// Refuses what the chain would refuse, with a reason.
    ///
    /// # Errors
    /// [`GrantError::Invalid`]
    pub fn check(&self, scheme: Scheme, now: u64) -> Result<(), GrantError> {
        let require = |holds: bool, field, must| match holds {
            true => Ok(()),
            false => Err(GrantError::Invalid { field, must }),
        };
        let named = |word: &[u8; 32]| match scheme {
            _ if *word == [0; 32] => false,
            Scheme::Eip712 => word[..12] == [0; 12],
            Scheme::Ed25519 => true,
        };
        let most = match scheme {
            Scheme::Eip712 => MAX_EVM_AMOUNT,
            Scheme::Ed25519 => u64::MAX.into(),
        };
        require(
            named(&self.owner.0),
            "owner",
            "an account of the settlement's chain",
        )?;
        require(named(&self.key), "key", "a key of the settlement's chain")?;
        require(
            self.key != self.owner.0,
            "key",
            "another key than the owner's own",
        )?;
        require(
            self.actions != 0 && self.actions & !KNOWN_ACTIONS == 0,
            "actions",
            "one or more of pay, list, buy, cancel, approve",
        )?;
        require(self.expires_at > now, "expiresAt", "in the future")?;
        require(
            self.expires_at - now <= MAX_LIFE,
            "expiresAt",
            "within 30 days from now",
        )?;
        require(self.limits.len() <= MAX_LIMITS, "limits", "at most eight")?;
        for (index, limit) in self.limits.iter().enumerate() {
            require(
                named(&limit.asset.0),
                "limits.asset",
                "a token of the settlement's chain",
            )?;
            let earlier = self.limits.iter().take(index);
            require(
                earlier.into_iter().all(|other| other.asset != limit.asset),
                "limits.asset",
                "another one in each limit",
            )?;
            require(limit.amount > 0, "limits.amount", "above zero")?;
            require(
                limit.amount <= limit.lifetime && limit.lifetime <= most,
                "limits.lifetime",
                "no less than the amount, and below 2^64 on Solana, 2^96 on EVM",
            )?;
        }
        Ok(())
    }
}
