//! NFTs, what is done with them, and a vault to pay in.

use std::ops::{Deref, DerefMut};

use program_testing::tokens;
use settlement::instructions::SetFeesArgs;
use settlement::seeds::{AUCTION_SEED, ITEM_SEED, LEDGER_SEED, LISTING_SEED, TOKENS_SEED};
use settlement::state::{Config, Item, ItemStatus};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use crate::world::{Asset, Depositor, World, config_of, derive, open_ledger};

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

    /// Brings fresh tokens into the trader's ledger.
    pub fn deposit_fresh(&mut self, trader: &Depositor, amount: u64) {
        let asset = self.asset;
        tokens::mint_to(&mut self.world, &asset.mint, &trader.tokens, amount).unwrap();
        self.world.deposit(&asset, trader, amount).unwrap();
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

    pub fn go_on(&mut self) {
        let admin = self.admin.insecure_clone();
        self.unpause(&admin).unwrap();
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

    pub fn item_state(&self, nft: &Nft) -> Item {
        self.read(&nft.item)
    }

    /// Where the item is, and whose.
    pub fn whose(&self, nft: &Nft) -> (ItemStatus, Address) {
        let item = self.item_state(nft);
        (item.status, item.holder)
    }

    /// Makes the item one that the batch `sequence` has moved last.
    pub fn moved_by_batch(&mut self, nft: &Nft, sequence: u64) {
        let at = 8 + 5 * 32 + 2; // discriminator, five keys and the royalty come before it
        self.overwrite(&nft.item, at, &sequence.to_le_bytes());
    }

    /// Makes the batch `sequence` the last that is over.
    pub fn settled_up_to(&mut self, sequence: u64) {
        let at = 8 + std::mem::offset_of!(Config, settled);
        let config = self.config;
        self.overwrite(&config, at, &sequence.to_le_bytes());
    }
}
