//! NFTs, what is done with them, and a vault to pay in.

use std::ops::{Deref, DerefMut};

use litesvm::types::TransactionResult;
use program_testing::{SYSTEM_PROGRAM, event_authority, tokens};
use settlement::instructions::{BuyItemArgs, CreateAuctionArgs, ListItemArgs, SetFeesArgs, SetRoyaltyArgs};
use settlement::seeds::{AUCTION_SEED, ITEM_SEED, LEDGER_SEED, LISTING_SEED, TOKENS_SEED};
use settlement::state::{Auction, Item, Listing, Terms};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::{Asset, Depositor, World, config_of, derive, open_ledger};

pub const HOUR: i64 = 3_600;
/// What the tests' auctions have for `min_step` and `extension`.
pub const STEP: u64 = 10;
pub const EXTENSION: u32 = 300;

/// A world with a vault in which prices are paid.
pub struct Market {
    pub world: World,
    pub asset: Asset,
}

/// An NFT and its addresses in the settlement.
#[derive(Clone, Copy, Debug)]
pub struct Nft {
    pub mint: Address,
    pub token_program: Address,
    /// The token account of whoever had it first.
    pub wallet: Address,
    pub item: Address,
    pub item_tokens: Address,
    pub listing: Address,
    pub auction: Address,
}

impl Deref for Market {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Market {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Market {
    pub fn new() -> Self {
        let mut world = World::new();
        let asset = world.asset();
        Self { world, asset }
    }

    /// A seller with an item in the settlement, and a buyer with 1,000 base units.
    pub fn with_item() -> (Self, Nft, Depositor, Depositor) {
        let mut market = Self::new();
        let (seller, buyer) = (market.trader(0), market.trader(1_000));
        let nft = market.item(&seller);
        (market, nft, seller, buyer)
    }

    /// The same, and the item is listed for an hour.
    pub fn with_listing(price: u64) -> (Self, Nft, Depositor, Depositor) {
        let (mut market, nft, seller, buyer) = Self::with_item();
        market.list(&nft, &seller, price).unwrap();
        (market, nft, seller, buyer)
    }

    /// The same, and the item is auctioned for an hour.
    pub fn with_auction(reserve: u64) -> (Self, Nft, Depositor, Depositor) {
        let (mut market, nft, seller, buyer) = Self::with_item();
        market.auction(&nft, &seller, reserve).unwrap();
        (market, nft, seller, buyer)
    }

    /// Does something in a new settlement with a vault of its own.
    pub fn elsewhere<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        let admin = self.world.user();
        self.world.initialize(&admin).unwrap();
        let config = std::mem::replace(&mut self.world.config, config_of(&admin.pubkey()));
        let admin = std::mem::replace(&mut self.world.admin, admin);
        let there = self.world.asset();
        let asset = std::mem::replace(&mut self.asset, there);
        let done = act(self);
        (self.world.config, self.world.admin, self.asset) = (config, admin, asset);
        done
    }

    /// Somebody with so much in their ledger.
    pub fn trader(&mut self, balance: u64) -> Depositor {
        let asset = self.asset;
        let trader = self.world.depositor(&asset, balance);
        if balance > 0 {
            self.world.deposit(&asset, &trader, balance).unwrap();
        }
        trader
    }

    /// Opens a ledger for somebody who may have others.
    pub fn ledger_for(&mut self, owner: &Address) -> Address {
        let payer = self.user();
        let accounts = open_ledger(&payer, owner, self.asset.vault);
        self.call(accounts, call::OpenLedger {}, &[&payer]).unwrap();
        accounts.ledger
    }

    /// Its address, open or not.
    pub fn ledger_of(&self, owner: &Address) -> Address {
        derive(&[LEDGER_SEED, self.asset.vault.as_ref(), owner.as_ref()])
    }

    pub fn pause_all(&mut self) {
        let admin = self.admin.insecure_clone();
        self.pause(&admin).unwrap();
    }

    /// Sets the marketplace fee.
    pub fn set_fee(&mut self, fee_owner: Address, fee_bps: u16) {
        let args = SetFeesArgs { fee_bps, fee_owner };
        let admin = self.admin.insecure_clone();
        let accounts = accounts::SetFees {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::SetFees { args }, &[&admin]).unwrap();
    }

    /// A new NFT in the owner's wallet.
    pub fn nft(&mut self, token_program: &Address, owner: &Address) -> Nft {
        let (mint, wallet) = tokens::nft(&mut self.world, token_program, owner);
        self.nft_of(mint, wallet)
    }

    /// The addresses of a mint in this settlement.
    pub fn nft_of(&self, mint: Address, wallet: Address) -> Nft {
        let item = derive(&[ITEM_SEED, self.config.as_ref(), mint.as_ref()]);
        Nft {
            mint,
            token_program: tokens::program_of(self, &mint),
            wallet,
            item,
            item_tokens: derive(&[TOKENS_SEED, item.as_ref()]),
            listing: derive(&[LISTING_SEED, item.as_ref()]),
            auction: derive(&[AUCTION_SEED, item.as_ref()]),
        }
    }

    /// A new NFT that the holder has brought into the settlement.
    pub fn item(&mut self, holder: &Depositor) -> Nft {
        let nft = self.nft(&anchor_spl::token::ID, &holder.owner.pubkey());
        self.create_item(&nft).unwrap();
        self.deposit_item(&nft, holder).unwrap();
        nft
    }

    pub fn create_item(&mut self, nft: &Nft) -> TransactionResult {
        let payer = self.user();
        self.call(self.create_item_accounts(nft, &payer), call::CreateItem {}, &[&payer])
    }

    pub fn create_item_accounts(&self, nft: &Nft, payer: &Keypair) -> accounts::CreateItem {
        accounts::CreateItem {
            payer: payer.pubkey(),
            config: self.config,
            mint: nft.mint,
            item: nft.item,
            item_tokens: nft.item_tokens,
            token_program: nft.token_program,
            system_program: SYSTEM_PROGRAM,
        }
    }

    pub fn deposit_item(&mut self, nft: &Nft, owner: &Depositor) -> TransactionResult {
        self.call(self.deposit_item_accounts(nft, owner), call::DepositItem {}, &[&owner.owner])
    }

    pub fn deposit_item_accounts(&self, nft: &Nft, owner: &Depositor) -> accounts::DepositItem {
        accounts::DepositItem {
            owner: owner.owner.pubkey(),
            config: self.config,
            item: nft.item,
            mint: nft.mint,
            source: nft.wallet,
            item_tokens: nft.item_tokens,
            token_program: nft.token_program,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    /// Back to the wallet that it came from, whoever that belongs to.
    pub fn withdraw_item(&mut self, nft: &Nft, holder: &Depositor) -> TransactionResult {
        let accounts = self.withdraw_item_accounts(nft, holder);
        self.call(accounts, call::WithdrawItem {}, &[&holder.owner])
    }

    pub fn withdraw_item_accounts(&self, nft: &Nft, holder: &Depositor) -> accounts::WithdrawItem {
        accounts::WithdrawItem {
            holder: holder.owner.pubkey(),
            config: self.config,
            item: nft.item,
            mint: nft.mint,
            destination: nft.wallet,
            item_tokens: nft.item_tokens,
            token_program: nft.token_program,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    pub fn set_royalty(&mut self, nft: &Nft, creator: Address, bps: u16) -> TransactionResult {
        let args = SetRoyaltyArgs { creator, bps };
        let admin = self.admin.insecure_clone();
        self.call(self.set_royalty_accounts(nft), call::SetRoyalty { args }, &[&admin])
    }

    pub fn set_royalty_accounts(&self, nft: &Nft) -> accounts::SetRoyalty {
        accounts::SetRoyalty {
            admin: self.admin.pubkey(),
            config: self.config,
            item: nft.item,
        }
    }

    /// For an hour.
    pub fn list(&mut self, nft: &Nft, seller: &Depositor, price: u64) -> TransactionResult {
        let expires = self.now() + HOUR;
        self.list_until(nft, seller, price, expires)
    }

    pub fn list_until(&mut self, nft: &Nft, seller: &Depositor, price: u64, expires: i64) -> TransactionResult {
        let args = ListItemArgs { price, expires };
        self.call(self.list_accounts(nft, seller), call::ListItem { args }, &[&seller.owner])
    }

    pub fn list_accounts(&self, nft: &Nft, seller: &Depositor) -> accounts::ListItem {
        accounts::ListItem {
            seller: seller.owner.pubkey(),
            config: self.config,
            vault: self.asset.vault,
            item: nft.item,
            listing: nft.listing,
            system_program: SYSTEM_PROGRAM,
        }
    }

    pub fn cancel_listing(&mut self, nft: &Nft, seller: &Depositor, by: &Depositor) -> TransactionResult {
        let accounts = self.cancel_listing_accounts(nft, seller, by);
        self.call(accounts, call::CancelListing {}, &[&by.owner])
    }

    pub fn cancel_listing_accounts(&self, nft: &Nft, seller: &Depositor, by: &Depositor) -> accounts::CancelListing {
        accounts::CancelListing {
            by: by.owner.pubkey(),
            item: nft.item,
            listing: nft.listing,
            seller: seller.owner.pubkey(),
        }
    }

    /// At any price.
    pub fn buy(&mut self, nft: &Nft, buyer: &Depositor) -> TransactionResult {
        self.buy_for(nft, buyer, u64::MAX)
    }

    pub fn buy_for(&mut self, nft: &Nft, buyer: &Depositor, max_price: u64) -> TransactionResult {
        let accounts = self.buy_accounts(nft, buyer);
        let args = BuyItemArgs { max_price };
        self.call(accounts, call::BuyItem { args }, &[&buyer.owner])
    }

    /// With the ledgers that the listing requires, and no others.
    pub fn buy_accounts(&self, nft: &Nft, buyer: &Depositor) -> accounts::BuyItem {
        let listing: Listing = self.read(&nft.listing);
        let (fee_ledger, creator_ledger) = self.ledgers_of(&listing.terms, listing.price);
        accounts::BuyItem {
            buyer: buyer.owner.pubkey(),
            config: self.config,
            item: nft.item,
            listing: nft.listing,
            seller: listing.seller,
            buyer_ledger: buyer.ledger,
            seller_ledger: self.ledger_of(&listing.seller),
            fee_ledger,
            creator_ledger,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    fn ledgers_of(&self, terms: &Terms, price: u64) -> (Option<Address>, Option<Address>) {
        let parts = terms.split(price).unwrap();
        let fee = (parts.fee > 0).then(|| self.ledger_of(&terms.fee_owner));
        let royalty = (parts.royalty > 0).then(|| self.ledger_of(&terms.creator));
        (fee, royalty)
    }

    /// For an hour.
    pub fn auction(&mut self, nft: &Nft, seller: &Depositor, reserve: u64) -> TransactionResult {
        let args = CreateAuctionArgs {
            reserve,
            ..self.auction_args()
        };
        self.auction_with(nft, seller, args)
    }

    /// Of an auction for an hour with a reserve of 100.
    pub fn auction_args(&self) -> CreateAuctionArgs {
        CreateAuctionArgs {
            reserve: 100,
            min_step: STEP,
            ends: self.now() + HOUR,
            extension: EXTENSION,
        }
    }

    pub fn auction_with(&mut self, nft: &Nft, seller: &Depositor, args: CreateAuctionArgs) -> TransactionResult {
        let accounts = self.auction_accounts(nft, seller);
        self.call(accounts, call::CreateAuction { args }, &[&seller.owner])
    }

    pub fn auction_accounts(&self, nft: &Nft, seller: &Depositor) -> accounts::CreateAuction {
        accounts::CreateAuction {
            seller: seller.owner.pubkey(),
            config: self.config,
            vault: self.asset.vault,
            item: nft.item,
            auction: nft.auction,
            system_program: SYSTEM_PROGRAM,
        }
    }

    pub fn bid(&mut self, nft: &Nft, bidder: &Depositor, amount: u64) -> TransactionResult {
        let accounts = self.bid_accounts(nft, bidder);
        self.call(accounts, call::Bid { amount }, &[&bidder.owner])
    }

    pub fn bid_accounts(&self, nft: &Nft, bidder: &Depositor) -> accounts::Bid {
        let auction: Auction = self.read(&nft.auction);
        let outbid_ledger = auction.has_bid().then(|| self.ledger_of(&auction.bidder));
        accounts::Bid {
            bidder: bidder.owner.pubkey(),
            config: self.config,
            auction: nft.auction,
            bidder_ledger: bidder.ledger,
            outbid_ledger,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    /// A stranger settles.
    pub fn settle(&mut self, nft: &Nft) -> TransactionResult {
        let stranger = self.user();
        self.call(self.settle_accounts(nft), call::SettleAuction {}, &[&stranger])
    }

    /// With the ledgers that the auction requires, and no others.
    pub fn settle_accounts(&self, nft: &Nft) -> accounts::SettleAuction {
        let auction: Auction = self.read(&nft.auction);
        let (fee_ledger, creator_ledger) = self.ledgers_of(&auction.terms, auction.best);
        accounts::SettleAuction {
            item: nft.item,
            auction: nft.auction,
            seller: auction.seller,
            seller_ledger: auction.has_bid().then(|| self.ledger_of(&auction.seller)),
            fee_ledger,
            creator_ledger,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    pub fn cancel_auction(&mut self, nft: &Nft, seller: &Depositor) -> TransactionResult {
        let accounts = self.cancel_auction_accounts(nft, seller);
        self.call(accounts, call::CancelAuction {}, &[&seller.owner])
    }

    pub fn cancel_auction_accounts(&self, nft: &Nft, seller: &Depositor) -> accounts::CancelAuction {
        accounts::CancelAuction {
            seller: seller.owner.pubkey(),
            item: nft.item,
            auction: nft.auction,
        }
    }

    pub fn item_state(&self, nft: &Nft) -> Item {
        self.read(&nft.item)
    }

    pub fn holder(&self, nft: &Nft) -> Address {
        self.item_state(nft).holder
    }

    /// Makes the item one that the batch `sequence` has moved last.
    pub fn moved_by_batch(&mut self, nft: &Nft, sequence: u64) {
        let at = 8 + 5 * 32 + 2; // discriminator, five keys and the royalty come before it
        self.overwrite(&nft.item, at, &sequence.to_le_bytes());
    }
}
