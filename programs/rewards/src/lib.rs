//! Rewards: tokens of one mint for many recipients, told on chain, by a Merkle tree, or order by order.
//!
//! A *distribution* belongs to its *creator*. Its *authority* promises rewards: direct allocations, roots of
//! cumulative rewards, or rewards for orders, each once and within a limit. What is promised is reserved out of what
//! was funded, vests by the schedule that was declared at creation, and can be claimed until the deadline. Neither
//! creator nor authority can take it back, but for:
//! - `revoke`, for allocations, as far as was declared at creation;
//! - the next root of a Merkle distribution, under which a recipient's unclaimed rewards may be fewer: there the
//!   authority is trusted with who gets how much, and bounded by the published totals only;
//! - `clawback`, after the deadline.
//!
//! Tokens go to the recipient's associated token account, whoever pays for the transaction, or to wherever the
//! recipient says with their signature.
//!
//! The program id is the SHA-256 hash of "Novate rewards program". It has no private key, so it can only be placed
//! where programs are placed by id: in tests and on a local node. Before deploying to a public cluster, put the id of
//! a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;
mod tokens;

use instructions::*;

declare_id!("7oeTBMcpm6SmXFqwNnxAFcQjJXEDNUSoKfFMKDg6cvDW");

novate_onchain::security_txt!("Novate rewards");

#[program]
pub mod rewards {
    use super::*;

    /// Pays a recipient what has vested of the cumulative amount that a proof shows under the current root, less what
    /// was paid before.
    ///
    /// Who may call: anybody. Without the recipient's signature only their associated token account is paid.
    pub fn claim_merkle(ctx: Context<ClaimMerkle>, args: ClaimMerkleArgs) -> Result<()> {
        ClaimMerkle::handler(ctx, args)
    }

    /// Pays a recipient what has vested of an allocation, less what was paid before.
    ///
    /// Who may call: anybody. Without the recipient's signature only their associated token account is paid.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        Claim::handler(ctx)
    }

    /// Opens the record of a recipient's Merkle claims, once for all epochs.
    ///
    /// Who may call: anybody, for any recipient; the caller pays the rent.
    pub fn open_claim(ctx: Context<OpenClaim>) -> Result<()> {
        OpenClaim::handler(ctx)
    }

    /// Creates a distribution.
    ///
    /// Who may call: anybody. The address is derived from the caller, who becomes the creator; nobody can take the
    /// place of somebody else's distribution, whatever the order of transactions.
    pub fn create_distribution(ctx: Context<CreateDistribution>, args: CreateDistributionArgs) -> Result<()> {
        CreateDistribution::handler(ctx, args)
    }

    /// Moves tokens into a distribution and counts what arrived.
    ///
    /// Who may call: anybody. What nobody is promised goes to the creator in the end.
    pub fn fund(ctx: Context<Fund>, amount: u64) -> Result<()> {
        Fund::handler(ctx, amount)
    }

    /// Gives unallocated tokens back, to any token account of the mint.
    ///
    /// Who may call: the creator, at any time.
    pub fn defund(ctx: Context<ToCreator>, amount: u64) -> Result<()> {
        ToCreator::defund(ctx, amount)
    }

    /// Promises an amount to a recipient, who can have one such allocation.
    ///
    /// Who may call: the authority, up to a day before the deadline. A list is several of these in one transaction.
    pub fn allocate(ctx: Context<Allocate>, amount: u64) -> Result<()> {
        Allocate::handler(ctx, amount)
    }

    /// Replaces the root of cumulative rewards, and reserves what its total adds.
    ///
    /// Who may call: the authority, up to a day before the deadline.
    pub fn publish_root(ctx: Context<PublishRoot>, args: PublishRootArgs) -> Result<()> {
        PublishRoot::handler(ctx, args)
    }

    /// Promises a reward for an order, once per order and within the order limit. It is paid by `claim`.
    ///
    /// Who may call: the authority, up to a day before the deadline.
    pub fn issue_order_reward(ctx: Context<IssueOrderReward>, args: IssueOrderRewardArgs) -> Result<()> {
        IssueOrderReward::handler(ctx, args)
    }

    /// Takes back what was declared revocable of an allocation. It is unallocated again.
    ///
    /// Who may call: the authority, before the deadline.
    pub fn revoke(ctx: Context<Revoke>) -> Result<()> {
        Revoke::handler(ctx)
    }

    /// Moves everything that is left to any token account of the mint.
    ///
    /// Who may call: the creator, from the deadline on.
    pub fn clawback(ctx: Context<ToCreator>) -> Result<()> {
        ToCreator::clawback(ctx)
    }

    /// Ends a distribution of which everything promised is paid. Leftover tokens go to any token account of the mint,
    /// the rent to who paid it, and the address is never used again. Without a deadline, a recipient who cannot be paid,
    /// because they gave their associated token account away and never sign, keeps the distribution open.
    ///
    /// Who may call: the creator.
    pub fn close_distribution(ctx: Context<CloseDistribution>) -> Result<()> {
        CloseDistribution::handler(ctx)
    }

    /// Closes an allocation, paid or not, and gives the rent to who paid it.
    ///
    /// Who may call: anybody, once the distribution is closed or its deadline has come; it has ended for good then.
    pub fn close_allocation(ctx: Context<CloseAllocation>) -> Result<()> {
        CloseAllocation::handler(ctx)
    }

    /// Closes a claim record and gives the rent to who paid it.
    ///
    /// Who may call: anybody, once the distribution is closed or its deadline has come; it has ended for good then.
    pub fn close_claim(ctx: Context<CloseClaim>) -> Result<()> {
        CloseClaim::handler(ctx)
    }

    /// Names the next authority, or nobody with a key of all zeros. It changes nothing until that key accepts.
    ///
    /// Who may call: the creator, so that a stolen authority key can be replaced.
    pub fn propose_authority(ctx: Context<ProposeAuthority>, proposed: Pubkey) -> Result<()> {
        ProposeAuthority::handler(ctx, proposed)
    }

    /// Makes the proposed key the authority.
    ///
    /// Who may call: the proposed key.
    pub fn accept_authority(ctx: Context<AcceptAuthority>) -> Result<()> {
        AcceptAuthority::handler(ctx)
    }
}
