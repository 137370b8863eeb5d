//! Calls of the market's instructions, and their accounts, all of them right; tests then change what should be refused.

use litesvm::types::TransactionResult;
use program_testing::{SYSTEM_PROGRAM, event_authority};
use settlement::instructions::{BuyItemArgs, CreateAuctionArgs, ListItemArgs, SetRoyaltyArgs};
use settlement::state::{Auction, Listing, Terms};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{Market, Nft};
use crate::world::Depositor;

pub const HOUR: i64 = 3_600;
/// What the tests' auctions have for `min_step` and `extension`.
pub const STEP: u64 = 10;
pub const EXTENSION: u32 = 300;
/// The most that fee and royalty can be together.
pub const ANY_FEE: u16 = 2_000;

impl Market {
    pub fn create_item(&mut self, nft: &Nft) -> TransactionResult {
        let payer = self.user();
        let accounts = self.create_item_accounts(nft, &payer);
        self.call(accounts, call::CreateItem {}, &[&payer])
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

    pub fn deposit_item(&mut self, nft: &Nft, from: &Depositor) -> TransactionResult {
        let accounts = self.deposit_item_accounts(nft, from);
        self.call(accounts, call::DepositItem {}, &[&from.owner])
    }

    pub fn deposit_item_accounts(&self, nft: &Nft, from: &Depositor) -> accounts::DepositItem {
        accounts::DepositItem {
            owner: from.owner.pubkey(),
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
        let accounts = self.set_royalty_accounts(nft);
        self.call(accounts, call::SetRoyalty { args }, &[&admin])
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

    pub fn list_until(
        &mut self,
        nft: &Nft,
        seller: &Depositor,
        price: u64,
        expires: i64,
    ) -> TransactionResult {
        let args = ListItemArgs {
            price,
            expires,
            max_fee_bps: ANY_FEE,
        };
        let accounts = self.list_accounts(nft, seller);
        self.call(accounts, call::ListItem { args }, &[&seller.owner])
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

    pub fn cancel_listing_accounts(
        &self,
        nft: &Nft,
        seller: &Depositor,
        by: &Depositor,
    ) -> accounts::CancelListing {
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
            max_fee_bps: ANY_FEE,
        }
    }

    pub fn auction_with(
        &mut self,
        nft: &Nft,
        seller: &Depositor,
        args: CreateAuctionArgs,
    ) -> TransactionResult {
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
        let accounts = self.settle_accounts(nft);
        self.call(accounts, call::SettleAuction {}, &[&stranger])
    }

    /// With the ledgers that the auction requires, and no others.
    pub fn settle_accounts(&self, nft: &Nft) -> accounts::SettleAuction {
        let auction: Auction = self.read(&nft.auction);
        let (fee_ledger, creator_ledger) = self.ledgers_of(&auction.terms, auction.best);
        accounts::SettleAuction {
            config: self.config,
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
}
