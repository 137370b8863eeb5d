//! Grants in the session-keys program.

use super::{
    GrantError, Period, Prepared, SessionRequest,
    node::{Bucket, TIMEOUT, asked, unavailable},
};
use anchor_lang::{InstructionData, ToAccountMetas};
use novate_bindings::solana::{
    address,
    session_keys::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{self, CreateSessionArgs, LimitArgs},
    },
};
use solana_address::Address;
use solana_commitment_config::CommitmentConfig;
use solana_instruction::Instruction;
use solana_message::Message;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_transaction::Transaction;
use std::{fmt, sync::Arc};

/// Intents charge a session by amount; how often is for the program to take without end.
const OPERATIONS: u32 = u32::MAX;

/// The session-keys program, for one settlement.
#[derive(Clone)]
pub struct SolanaGrants {
    node: Arc<RpcClient>,
    bucket: Bucket,
    config: Address,
}

impl SolanaGrants {
    /// `config` is the settlement's.
    pub fn new(rpc: String, config: Address) -> Self {
        let commitment = CommitmentConfig::confirmed();
        Self {
            node: Arc::new(RpcClient::new_with_timeout_and_commitment(
                rpc, TIMEOUT, commitment,
            )),
            bucket: Bucket::new(),
            config,
        }
    }

    pub(super) async fn prepare(&self, request: &SessionRequest) -> Result<Prepared, GrantError> {
        self.bucket.take()?;
        let latest = self
            .node
            .get_latest_blockhash_with_commitment(CommitmentConfig::confirmed());
        let (blockhash, last_height) = asked(latest).await?;
        Ok(Prepared::Solana {
            transaction: self.transaction(request, blockhash.to_bytes())?,
            last_height,
        })
    }

    /// The transaction that grants the session, as it is sent, with zeros for the owner's signature. Asks no node.
    ///
    /// # Errors
    /// [`GrantError::Invalid`]
    pub fn transaction(&self, request: &SessionRequest, blockhash: [u8; 32]) -> Result<Vec<u8>, GrantError> {
        let owner = Address::from(request.owner.0);
        let instruction = self.create(owner, request)?;
        let message = Message::new_with_blockhash(&[instruction], Some(&owner), &blockhash.into());
        wincode::serialize(&Transaction::new_unsigned(message)).map_err(unavailable)
    }

    fn create(&self, owner: Address, request: &SessionRequest) -> Result<Instruction, GrantError> {
        let accounts = accounts::CreateSession {
            owner,
            payer: owner,
            grants: address::session_keys::grants(&owner),
            system_program: solana_system(),
            event_authority: address::event_authority(&PROGRAM),
            program: PROGRAM,
        };
        let expires = i64::try_from(request.expires_at).map_err(|_| GrantError::Invalid {
            field: "expiresAt",
            must: "within 30 days from now",
        })?;
        let limits: Result<_, GrantError> = request.limits.iter().map(limit).collect();
        let granted = CreateSessionArgs {
            key: Address::from(request.key),
            expires,
            actions: request.actions,
            consumers: vec![self.config],
            limits: limits?,
        };
        Ok(Instruction {
            program_id: PROGRAM,
            accounts: accounts.to_account_metas(None),
            data: args::CreateSession { args: granted }.data(),
        })
    }
}

fn limit(limit: &super::SpendLimit) -> Result<LimitArgs, GrantError> {
    let base_units = |amount: u128| {
        u64::try_from(amount).map_err(|_| GrantError::Invalid {
            field: "limits.amount",
            must: "below 2^64 on Solana",
        })
    };
    Ok(LimitArgs {
        mint: Address::from(limit.asset.0),
        amount: base_units(limit.amount)?,
        period: match limit.period {
            Period::OneTime => types::Period::OneTime,
            Period::Hour => types::Period::Hour,
            Period::Day => types::Period::Day,
            Period::Week => types::Period::Week,
            Period::Month => types::Period::Month,
        },
        lifetime: base_units(limit.lifetime)?,
        operations: OPERATIONS,
    })
}

/// The system program: 32 zeros.
fn solana_system() -> Address {
    Address::default()
}

impl fmt::Debug for SolanaGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SolanaGrants")
            .field("config", &self.config)
            .finish()
    }
}
