//! Computes every encoding of `novate-protocol` inside the Solana virtual machine, with keccak-256 as a system
//! call, and hands the result back as return data. Its tests run the shared vectors through it, so that what
//! programs hash on chain cannot drift from what the other chains hash. For the tests of other programs it also calls
//! them ([`caller`]). Never deployed.
//!
//! The program id is the SHA-256 hash of "Novate conformance program".

use anchor_lang::prelude::*;
use novate_protocol::batch::{self, BatchHeader};
use novate_protocol::claim::Claim;
use novate_protocol::eip712::Domain;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::order::{self, OrderCheckpoint};
use novate_protocol::{leaf, merkle};

pub mod caller;

use caller::*;

declare_id!("GqDg73QxtNFYpVtWGQuBnS4UhqgdQNw8X1a74TtN2YYK");

/// Who may call any instruction: anybody. There is no state.
#[program]
pub mod conformance {
    use super::*;

    pub fn batch_message(
        _ctx: Context<NoAccounts>,
        header: BatchHeader,
    ) -> Result<[u8; batch::SOLANA_MESSAGE_LEN]> {
        Ok(header.solana_message())
    }

    pub fn batch_digest(
        _ctx: Context<NoAccounts>,
        header: BatchHeader,
        chain_id: u64,
        contract: [u8; 20],
    ) -> Result<[u8; 32]> {
        Ok(header.digest_eip712(&Domain::settlement(chain_id, contract)))
    }

    pub fn claim_digest(
        _ctx: Context<NoAccounts>,
        id: [u8; 32],
        account: [u8; 20],
        amount: u128,
        deadline: u64,
        chain_id: u64,
        contract: [u8; 20],
    ) -> Result<[u8; 32]> {
        let claim = Claim {
            id,
            account,
            amount,
            deadline,
        };
        Ok(claim.digest(&Domain::rewards(chain_id, contract)))
    }

    pub fn checkpoint_message(
        _ctx: Context<NoAccounts>,
        checkpoint: OrderCheckpoint,
    ) -> Result<[u8; order::SOLANA_MESSAGE_LEN]> {
        Ok(checkpoint.solana_message())
    }

    pub fn checkpoint_digest(
        _ctx: Context<NoAccounts>,
        checkpoint: OrderCheckpoint,
        chain_id: u64,
        contract: [u8; 20],
    ) -> Result<[u8; 32]> {
        Ok(checkpoint.digest_eip712(&Domain::orders(chain_id, contract)))
    }

    pub fn delta_leaf(
        _ctx: Context<NoAccounts>,
        index: u32,
        owner: [u8; 32],
        asset: [u8; 32],
        session: [u8; 32],
        amount: i128,
    ) -> Result<[u8; 32]> {
        Ok(leaf::DeltaLeaf {
            index,
            owner: Owner(owner),
            asset: Asset(asset),
            session,
            amount,
        }
        .hash())
    }

    pub fn item_leaf(
        _ctx: Context<NoAccounts>,
        index: u32,
        asset: [u8; 32],
        token_id: [u8; 32],
        from: [u8; 32],
        to: [u8; 32],
    ) -> Result<[u8; 32]> {
        let (asset, from, to) = (Asset(asset), Owner(from), Owner(to));
        Ok(leaf::ItemLeaf {
            index,
            asset,
            token_id,
            from,
            to,
        }
        .hash())
    }

    pub fn intent_leaf(
        _ctx: Context<NoAccounts>,
        index: u32,
        intent_id: [u8; 32],
        outcome: u8,
    ) -> Result<[u8; 32]> {
        Ok(leaf::IntentLeaf {
            index,
            intent_id,
            outcome,
        }
        .hash())
    }

    pub fn order_leaf(_ctx: Context<NoAccounts>, index: u32, order_id: [u8; 32]) -> Result<[u8; 32]> {
        Ok(leaf::OrderLeaf { index, order_id }.hash())
    }

    pub fn reward_leaf(
        _ctx: Context<NoAccounts>,
        distribution: [u8; 32],
        account: [u8; 32],
        cumulative: u128,
    ) -> Result<[u8; 32]> {
        Ok(leaf::RewardLeaf {
            distribution,
            account: Owner(account),
            cumulative,
        }
        .hash())
    }

    pub fn verify(
        _ctx: Context<NoAccounts>,
        root: [u8; 32],
        leaf: [u8; 32],
        proof: Vec<[u8; 32]>,
    ) -> Result<bool> {
        Ok(merkle::verify(&root, &leaf, &proof))
    }

    pub fn verify_range(
        _ctx: Context<NoAccounts>,
        root: [u8; 32],
        leaf_count: u32,
        first: u32,
        leaves: Vec<[u8; 32]>,
        proof: Vec<[u8; 32]>,
    ) -> Result<bool> {
        let mut leaves = leaves; // Anchor wants arguments without `mut`
        let holds = merkle::verify_range(&root, leaf_count, first, &mut leaves, &proof);
        Ok(holds)
    }

    /// Calls a program with these bytes and the remaining accounts, signed by the caller of this number.
    pub fn forward<'info>(ctx: Context<'info, Forward<'info>>, number: u8, data: Vec<u8>) -> Result<()> {
        Forward::handler(ctx, number, data)
    }

    /// Logs so many lines of 100 bytes.
    pub fn log(_ctx: Context<NoAccounts>, lines: u16) -> Result<()> {
        caller::log(lines);
        Ok(())
    }
}

#[derive(Accounts)]
pub struct NoAccounts {}
