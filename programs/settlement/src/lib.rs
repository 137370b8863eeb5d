//! The Solana side of Novate: vaults of SPL tokens, ledgers of their owners, a market for NFTs, and net settlement.
//!
//! A *config* is one settlement: its keys, its limits and its pause. Under it, each mint has at most one *vault*, and
//! each owner at most one *ledger* per vault. Tokens enter by `deposit` and leave by `withdraw`; the tokens of a
//! vault are never fewer than what it owes, which its `total` holds: ledgers, bids, and what a batch is moving.
//!
//! A *batch* is many signed intents, netted to a few changes of ledgers and moves of items. Its header commits to
//! them by Merkle roots, and is signed by the settlement *authority*. A batch is over as a whole or not at all:
//!
//! ```text
//! open_batch -> challenge window -> debits and items, any order -> credits -> finalize_batch
//!                 |                   | settle window is over         | no way back: nothing can fail any more
//!                 cancel_batch        revert_deltas, revert_items     | (abandon_batch, if it was signed wrongly)
//!                 `--------------- close_batch                        |
//! ```
//!
//! Anybody may send every chunk of it, any number of times. Each debit is charged to the owner's session by
//! session-keys, so the authority can never take more than the owner's session allows. Batches are over one after
//! the other. When the operator is silent for longer than the escape delay, anybody may pay owners out.
//!
//! The program id is the SHA-256 hash of "Novate settlement program". It has no private key, so it can only
//! be placed where programs are placed by id: in tests and on a local node. Before deploying to a public
//! cluster, put the id of a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

mod account;
pub mod entrypoint;
pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
mod signed;
pub mod state;

use instructions::*;

declare_id!("3pZac7RTgE7PtGMgwfNVo3akgsUJ8GQRyQxrj1Pz7Lwu");

novate_onchain::security_txt!("Novate settlement", feature = "entrypoint");

#[program]
pub mod settlement {
    use super::*;

    /// Applies a chunk of a batch's deltas: debits, each charged to the session that signed for it, or credits.
    /// Leaves that were applied before are skipped, so a chunk may be sent again, or overlap another.
    ///
    /// Who may call: anybody; the proof is what counts. Debits and items come before credits. Refused in the
    /// challenge window, while paused, and when the settle window is over; but not once credits have begun.
    pub fn apply_deltas<'info>(ctx: Context<'info, ApplyDeltas<'info>>, args: ApplyDeltasArgs) -> Result<()> {
        ApplyDeltas::handler(ctx, args)
    }

    /// Moves tokens of the owner into the vault and credits the owner's ledger with what arrived.
    ///
    /// Who may call: the owner of the ledger. Refused while the settlement is paused. Costs about 6,500 compute
    /// units with SPL Token and 8,600 with Token-2022.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        Deposit::handler(ctx, amount)
    }

    /// Debits the owner's ledger and moves the tokens to any token account of the same mint.
    ///
    /// Who may call: the owner of the ledger. Works while the settlement is paused as well. Costs about 6,500
    /// compute units with SPL Token and 8,600 with Token-2022.
    pub fn withdraw(ctx: Context<Withdraw>, amount: u64) -> Result<()> {
        Withdraw::handler(ctx, amount)
    }

    /// Creates the caller's settlement.
    ///
    /// Who may call: anybody. The config's address is derived from the caller, who becomes its admin; nobody
    /// can take the place of somebody else's settlement, whatever the order of transactions.
    pub fn initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
        Initialize::handler(ctx, args)
    }

    /// Creates the vault for a mint.
    ///
    /// Who may call: the admin.
    pub fn create_vault(ctx: Context<CreateVault>) -> Result<()> {
        CreateVault::handler(ctx)
    }

    /// Opens an empty ledger.
    ///
    /// Who may call: anybody, for any owner; the caller pays the rent.
    pub fn open_ledger(ctx: Context<OpenLedger>) -> Result<()> {
        OpenLedger::handler(ctx)
    }

    /// Stops deposits, new batches, the application of batches that can still be taken back, and the market.
    /// Withdrawals go on. An auction that is running does not end in the pause.
    ///
    /// Who may call: the guardian or the admin.
    pub fn pause(ctx: Context<Pause>) -> Result<()> {
        Pause::handler(ctx)
    }

    /// Lets what was paused go on; auctions that were running go on for an hour at least.
    ///
    /// Who may call: the admin. The guardian's key is made for haste, so it can only stop.
    pub fn unpause(ctx: Context<Unpause>) -> Result<()> {
        Unpause::handler(ctx)
    }

    /// Proposes who becomes the admin; all zeros take the proposal back.
    ///
    /// Who may call: the admin.
    pub fn propose_admin(ctx: Context<ProposeAdmin>, pending_admin: Pubkey) -> Result<()> {
        ProposeAdmin::handler(ctx, pending_admin)
    }

    /// Takes over as the admin.
    ///
    /// Who may call: whom the admin has proposed.
    pub fn accept_admin(ctx: Context<AcceptAdmin>) -> Result<()> {
        AcceptAdmin::handler(ctx)
    }

    /// Changes the guardian.
    ///
    /// Who may call: the admin.
    pub fn set_guardian(ctx: Context<SetGuardian>, guardian: Pubkey) -> Result<()> {
        SetGuardian::handler(ctx, guardian)
    }

    /// Proposes another settlement authority, which can be activated when the delay has passed.
    ///
    /// Who may call: the admin.
    pub fn propose_authority(ctx: Context<ProposeAuthority>, pending_authority: Pubkey) -> Result<()> {
        ProposeAuthority::handler(ctx, pending_authority)
    }

    /// Makes the proposed authority the authority.
    ///
    /// Who may call: anybody, once the delay has passed.
    pub fn activate_authority(ctx: Context<ActivateAuthority>) -> Result<()> {
        ActivateAuthority::handler(ctx)
    }

    /// Takes back the proposal of an authority.
    ///
    /// Who may call: the guardian or the admin.
    pub fn cancel_authority(ctx: Context<CancelAuthority>) -> Result<()> {
        CancelAuthority::handler(ctx)
    }

    /// Changes windows and sizes of batches.
    ///
    /// Who may call: the admin, within the bounds of [`state::Limits`], while no batch is open.
    pub fn set_limits(ctx: Context<SetLimits>, limits: state::Limits) -> Result<()> {
        SetLimits::handler(ctx, limits)
    }

    /// Changes the marketplace fee.
    ///
    /// Who may call: the admin, up to 10%.
    pub fn set_fees(ctx: Context<SetFees>, args: SetFeesArgs) -> Result<()> {
        SetFees::handler(ctx, args)
    }

    /// Changes the most that one batch may debit in a vault, in base units.
    ///
    /// Who may call: the admin.
    pub fn set_batch_limit(ctx: Context<SetBatchLimit>, batch_limit: u64) -> Result<()> {
        SetBatchLimit::handler(ctx, batch_limit)
    }

    /// Opens the next batch. The instruction before it must be a call of the Ed25519 program that verifies the
    /// authority's signature over the batch's header, see [`novate_protocol::batch`].
    ///
    /// Who may call: anybody with the authority's signature; the caller pays the rent until the batch is over.
    /// Refused while paused, and while 8 batches are open.
    pub fn open_batch(ctx: Context<OpenBatch>) -> Result<()> {
        OpenBatch::handler(ctx)
    }

    /// Applies a chunk of a batch's moves of items; when and how is as in `apply_deltas`. Each holder must have a
    /// session that allows to offer items and names the settlement.
    ///
    /// Who may call: anybody.
    pub fn apply_items<'info>(ctx: Context<'info, ApplyItems<'info>>, args: ApplyItemsArgs) -> Result<()> {
        ApplyItems::handler(ctx, args)
    }

    /// Ends a batch of which everything is applied.
    ///
    /// Who may call: anybody, when `apply_deltas` may be called.
    pub fn finalize_batch<'info>(ctx: Context<'info, FinalizeBatch<'info>>) -> Result<()> {
        FinalizeBatch::handler(ctx)
    }

    /// Stops a batch for good.
    ///
    /// Who may call: the guardian, in the challenge window, and at any time while an earlier batch is not over: nothing
    /// is applied then.
    pub fn cancel_batch(ctx: Context<CancelBatch>) -> Result<()> {
        CancelBatch::handler(ctx)
    }

    /// Gives a chunk of debits back to their ledgers.
    ///
    /// Who may call: anybody, when its settle window is over and it is not past the point of no return: no
    /// credit is applied, or, of a batch without deltas, not every item.
    pub fn revert_deltas<'info>(
        ctx: Context<'info, RevertDeltas<'info>>,
        args: RevertDeltasArgs,
    ) -> Result<()> {
        RevertDeltas::handler(ctx, args)
    }

    /// Moves a chunk of items back to their holders; when is as in `revert_deltas`.
    ///
    /// Who may call: anybody.
    pub fn revert_items<'info>(ctx: Context<'info, RevertItems<'info>>, args: RevertItemsArgs) -> Result<()> {
        RevertItems::handler(ctx, args)
    }

    /// Ends a batch that was cancelled, or of which nothing is applied (any more) when its settle window is over.
    ///
    /// Who may call: anybody.
    pub fn close_batch(ctx: Context<CloseBatch>) -> Result<()> {
        CloseBatch::handler(ctx)
    }

    /// Ends a batch that can be neither finalized nor reverted: its authority signed deltas that do not sum to zero,
    /// or that are not in canonical order.
    ///
    /// Who may call: the admin, when the escape delay has passed since the batch's settle window was over; anybody 30
    /// days later.
    pub fn abandon_batch<'info>(ctx: Context<'info, AbandonBatch<'info>>) -> Result<()> {
        AbandonBatch::handler(ctx)
    }

    /// Pays a whole ledger out to its owner's associated token account.
    ///
    /// Who may call: anybody, when no batch was opened for longer than the escape delay; while batches are open, when it has
    /// passed since the end of the settle window, so that no batch fails which may still be settled.
    pub fn escape_withdraw(ctx: Context<EscapeWithdraw>) -> Result<()> {
        EscapeWithdraw::handler(ctx)
    }

    /// Keeps the root of the orders that were completed since the checkpoint before. The instruction before it
    /// must verify the authority's signature, see [`novate_protocol::order`].
    ///
    /// Who may call: anybody with the authority's signature; the caller pays the rent.
    pub fn checkpoint_orders(ctx: Context<CheckpointOrders>) -> Result<()> {
        CheckpointOrders::handler(ctx)
    }

    /// Proves that an order was completed: says so in an event, and returns the number of its checkpoint.
    ///
    /// Who may call: anybody.
    pub fn order_completed(ctx: Context<OrderCompleted>, args: OrderCompletedArgs) -> Result<u64> {
        OrderCompleted::handler(ctx, args)
    }

    /// Makes an NFT known to the settlement, with the token account that can hold it.
    ///
    /// Who may call: anybody, who pays the rent; it gives nobody any right. The mint must have 0 decimals, a supply
    /// of 1, and no mint authority or a Metaplex edition. Refused while the settlement is paused.
    pub fn create_item(ctx: Context<CreateItem>) -> Result<()> {
        CreateItem::handler(ctx)
    }

    /// Moves an NFT into the settlement; its owner becomes the item's holder.
    ///
    /// Who may call: the owner of the NFT. Refused while the settlement is paused. The NFT must come by this
    /// instruction: one that is sent to the item's token account by hand belongs to nobody.
    pub fn deposit_item(ctx: Context<DepositItem>) -> Result<()> {
        DepositItem::handler(ctx)
    }

    /// Moves an NFT to any token account of its mint.
    ///
    /// Who may call: the holder, unless the item is listed, auctioned or in transit. Works while the settlement is
    /// paused as well.
    pub fn withdraw_item(ctx: Context<WithdrawItem>) -> Result<()> {
        WithdrawItem::handler(ctx)
    }

    /// Sets who gets which royalty from sales of an item. Listings and auctions that are open keep theirs.
    ///
    /// Who may call: the admin, also while the settlement is paused.
    pub fn set_royalty(ctx: Context<SetRoyalty>, args: SetRoyaltyArgs) -> Result<()> {
        SetRoyalty::handler(ctx, args)
    }

    /// Offers an item at a fixed price. Fee and royalty are fixed now, and at most what the seller says.
    ///
    /// Who may call: the holder, unless the item is listed, auctioned or in transit. Refused while the settlement is
    /// paused.
    pub fn list_item(ctx: Context<ListItem>, args: ListItemArgs) -> Result<()> {
        ListItem::handler(ctx, args)
    }

    /// Takes an offer back. The rent goes to the seller, who has paid it.
    ///
    /// Who may call: the seller at any time, anybody when the listing has expired; also while the settlement is
    /// paused.
    pub fn cancel_listing(ctx: Context<CancelListing>) -> Result<()> {
        CancelListing::handler(ctx)
    }

    /// Buys a listed item: the price goes from ledger to ledgers, the item to the buyer.
    ///
    /// Who may call: anybody but the seller, with a ledger in the listing's vault that holds the price. Refused
    /// while the settlement is paused.
    pub fn buy_item(ctx: Context<BuyItem>, args: BuyItemArgs) -> Result<()> {
        BuyItem::handler(ctx, args)
    }

    /// Offers an item to the highest bidder, from now on. Fee and royalty are fixed now, and at most what the seller
    /// says.
    ///
    /// Who may call: the holder, unless the item is listed, auctioned or in transit. Refused while the settlement is
    /// paused.
    pub fn create_auction(ctx: Context<CreateAuction>, args: CreateAuctionArgs) -> Result<()> {
        CreateAuction::handler(ctx, args)
    }

    /// Makes the best bid: `amount` base units go from the bidder's ledger into escrow, the bid that was the best
    /// goes back to its ledger.
    ///
    /// Who may call: anybody but the seller, before the end. Refused while the settlement is paused.
    pub fn bid(ctx: Context<Bid>, amount: u64) -> Result<()> {
        Bid::handler(ctx, amount)
    }

    /// Ends an auction: the item goes to the best bidder and the bid to those it is owed to, or the item goes back
    /// to the seller when nobody has bid.
    ///
    /// Who may call: anybody, from the end on. Refused while the settlement is paused when somebody has bid. An auction
    /// that a pause has interrupted ends an hour after it, or later.
    pub fn settle_auction(ctx: Context<SettleAuction>) -> Result<()> {
        SettleAuction::handler(ctx)
    }

    /// Calls an auction off.
    ///
    /// Who may call: the seller, as long as nobody has bid; also while the settlement is paused.
    pub fn cancel_auction(ctx: Context<CancelAuction>) -> Result<()> {
        CancelAuction::handler(ctx)
    }
}
