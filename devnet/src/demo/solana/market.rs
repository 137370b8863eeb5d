//! The first owner lists an NFT that the second buys and auctions; the third wins it against the first.

use super::{balances, items};
use crate::deploy::solana::{Client, SYSTEM, SolanaDeployment, call};
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::settlement as address,
    settlement::{
        ID as PROGRAM,
        accounts::Auction,
        client::{accounts, args},
        types::{BuyItemArgs, CreateAuctionArgs, ListItemArgs, SetFeesArgs, SetRoyaltyArgs},
    },
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_signer::Signer;

/// Prices and bids, in base units.
const PRICE: u64 = 10_000;
const RESERVE: u64 = 5_000;
const FIRST_BID: u64 = 6_000;
const BEST_BID: u64 = 8_000;
/// Basis points of a price: the market's fee, and the creator's royalty.
const FEE_BPS: u16 = 200;
const ROYALTY_BPS: u16 = 500;
/// How long the auction lasts at least, and how long every bid leaves to answer it, in seconds: long enough for a slow
/// machine.
const AUCTION: i64 = 5;
const EXTENSION: u32 = 4;
/// How long a listing is open, in seconds.
const LISTING: i64 = 3600;

/// Sells an NFT twice, and checks who holds it and who was paid what.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<()> {
    let [seller, buyer, winner] = &at.owners;
    let before = balances(client, at).await?;
    let nft = items::bring_in(client, at, seller).await?;
    let market = Market {
        at,
        item: address::item(&at.config, &nft),
    };
    let terms = market.set_terms(client.payer(), winner.pubkey());
    client
        .send(&terms, &[])
        .await
        .context("setting fee and royalty")?;
    let expires = client.now().await? + LISTING;
    let listed = [
        market.list(seller.pubkey(), expires),
        market.cancel_listing(seller.pubkey()),
        market.list(seller.pubkey(), expires),
    ];
    client.send(&listed, &[seller]).await.context("listing an item")?;
    let bought = market.buy(buyer.pubkey(), seller.pubkey(), winner.pubkey());
    client.send(&[bought], &[buyer]).await.context("buying an item")?;
    items::require_holder(client, at, &nft, &buyer.pubkey()).await?;

    let ends = client.now().await? + AUCTION;
    let begun = [
        market.create_auction(buyer.pubkey(), ends),
        market.bid(seller.pubkey(), FIRST_BID, None),
    ];
    client
        .send(&begun, &[buyer, seller])
        .await
        .context("an auction and its first bid")?;
    let bid = market.bid(winner.pubkey(), BEST_BID, Some(seller.pubkey()));
    client.send(&[bid], &[winner]).await.context("the best bid")?;
    let auction: Auction = client.read(&address::auction(&market.item)).await?;
    client.until(auction.ends).await?;
    let settle = market.settle_auction(buyer.pubkey(), winner.pubkey());
    client.send(&[settle], &[]).await.context("settling an auction")?;
    items::require_holder(client, at, &nft, &winner.pubkey()).await?;

    let after = balances(client, at).await?;
    let changes: Vec<i64> = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    let expected = expected_changes();
    ensure!(
        changes == expected,
        "the ledgers changed by {changes:?}, expected {expected:?}"
    );
    Ok(())
}

/// What the two sales change in the ledgers of seller, buyer and winner. The winner is the creator as well, and the
/// buyer gets the fees.
fn expected_changes() -> [i64; 3] {
    let share = |price: u64, bps: u16| (price * u64::from(bps) / 10_000) as i64;
    let (price, best) = (PRICE as i64, BEST_BID as i64);
    let royalties = share(PRICE, ROYALTY_BPS) + share(BEST_BID, ROYALTY_BPS);
    let fees = share(PRICE, FEE_BPS) + share(BEST_BID, FEE_BPS);
    [
        price - share(PRICE, ROYALTY_BPS) - share(PRICE, FEE_BPS),
        best - price - share(BEST_BID, ROYALTY_BPS) - share(BEST_BID, FEE_BPS) + fees,
        royalties - best,
    ]
}

/// One NFT of a settlement.
struct Market<'a> {
    at: &'a SolanaDeployment,
    item: Address,
}

impl Market<'_> {
    /// Sets the fee of the market and the royalty of the item.
    fn set_terms(&self, admin: Address, creator: Address) -> [Instruction; 2] {
        let (config, item) = (self.at.config, self.item);
        let fees = SetFeesArgs {
            fee_bps: FEE_BPS,
            fee_owner: self.at.owners[1].pubkey(),
        };
        let royalty = SetRoyaltyArgs {
            creator,
            bps: ROYALTY_BPS,
        };
        [
            call(
                PROGRAM,
                accounts::SetFees { admin, config },
                args::SetFees { args: fees },
            ),
            call(
                PROGRAM,
                accounts::SetRoyalty { admin, config, item },
                args::SetRoyalty { args: royalty },
            ),
        ]
    }

    fn list(&self, seller: Address, expires: i64) -> Instruction {
        let list = accounts::ListItem {
            seller,
            config: self.at.config,
            vault: self.at.vault,
            item: self.item,
            listing: address::listing(&self.item),
            system_program: SYSTEM,
        };
        let offer = ListItemArgs {
            price: PRICE,
            expires,
            max_fee_bps: FEE_BPS + ROYALTY_BPS,
        };
        call(PROGRAM, list, args::ListItem { args: offer })
    }

    fn cancel_listing(&self, seller: Address) -> Instruction {
        let cancel = accounts::CancelListing {
            by: seller,
            item: self.item,
            listing: address::listing(&self.item),
            seller,
        };
        call(PROGRAM, cancel, args::CancelListing {})
    }

    fn buy(&self, buyer: Address, seller: Address, creator: Address) -> Instruction {
        let buy = accounts::BuyItem {
            buyer,
            config: self.at.config,
            item: self.item,
            listing: address::listing(&self.item),
            seller,
            buyer_ledger: self.at.ledger(&buyer),
            seller_ledger: self.at.ledger(&seller),
            fee_ledger: Some(self.at.ledger(&self.at.owners[1].pubkey())),
            creator_ledger: Some(self.at.ledger(&creator)),
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let most = BuyItemArgs { max_price: PRICE };
        call(PROGRAM, buy, args::BuyItem { args: most })
    }

    fn create_auction(&self, seller: Address, ends: i64) -> Instruction {
        let create = accounts::CreateAuction {
            seller,
            config: self.at.config,
            vault: self.at.vault,
            item: self.item,
            auction: address::auction(&self.item),
            system_program: SYSTEM,
        };
        let auction = CreateAuctionArgs {
            reserve: RESERVE,
            min_step: 500,
            ends,
            extension: EXTENSION,
            max_fee_bps: FEE_BPS + ROYALTY_BPS,
        };
        call(PROGRAM, create, args::CreateAuction { args: auction })
    }

    fn bid(&self, bidder: Address, amount: u64, outbid: Option<Address>) -> Instruction {
        let bid = accounts::Bid {
            bidder,
            config: self.at.config,
            auction: address::auction(&self.item),
            bidder_ledger: self.at.ledger(&bidder),
            outbid_ledger: outbid.map(|outbid| self.at.ledger(&outbid)),
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        call(PROGRAM, bid, args::Bid { amount })
    }

    fn settle_auction(&self, seller: Address, creator: Address) -> Instruction {
        let settle = accounts::SettleAuction {
            config: self.at.config,
            item: self.item,
            auction: address::auction(&self.item),
            seller,
            seller_ledger: Some(self.at.ledger(&seller)),
            fee_ledger: Some(self.at.ledger(&self.at.owners[1].pubkey())),
            creator_ledger: Some(self.at.ledger(&creator)),
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        call(PROGRAM, settle, args::SettleAuction {})
    }
}
