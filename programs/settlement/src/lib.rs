//! The Solana side of Novate: vaults of SPL tokens, and a ledger for every owner in each vault.
//!
//! A *config* is one settlement: its keys and its pause. Under it, each mint has at most one *vault*, and each
//! owner at most one *ledger* per vault. Tokens enter by `deposit` and leave by `withdraw`; the tokens of a
//! vault are never fewer than the sum of its ledgers, which the vault's `total` holds.
//!
//! The program id is the SHA-256 hash of "Novate settlement program". It has no private key, so it can only
//! be placed where programs are placed by id: in tests and on a local node. Before deploying to a public
//! cluster, put the id of a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!("3pZac7RTgE7PtGMgwfNVo3akgsUJ8GQRyQxrj1Pz7Lwu");

#[program]
pub mod settlement {
    use super::*;

    /// Moves tokens of the owner into the vault and credits the owner's ledger with what arrived.
    ///
    /// Who may call: the owner of the ledger. Refused while the settlement is paused. Costs about 7,900 compute
    /// units with SPL Token and 9,700 with Token-2022.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        Deposit::handler(ctx, amount)
    }

    /// Debits the owner's ledger and moves the tokens to any token account of the same mint.
    ///
    /// Who may call: the owner of the ledger. Works while the settlement is paused as well. Costs about 7,400
    /// compute units with SPL Token and 9,200 with Token-2022.
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

    /// Stops deposits. Withdrawals go on.
    ///
    /// Who may call: the guardian or the admin.
    pub fn pause(ctx: Context<Pause>) -> Result<()> {
        Pause::handler(ctx)
    }

    /// Lets deposits in again.
    ///
    /// Who may call: the admin. The guardian's key is made for haste, so it can only stop.
    pub fn unpause(ctx: Context<Unpause>) -> Result<()> {
        Unpause::handler(ctx)
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

    /// Offers an item at a fixed price. Fee and royalty are fixed now.
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

    /// Offers an item to the highest bidder, from now on. Fee and royalty are fixed now.
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
    /// Who may call: anybody, from the end on; also while the settlement is paused.
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
