//! Every account of every instruction replaced by wrong ones: another of the same type, other types, other
//! programs' look-alikes, the same account twice, nobody's signature.

use anchor_lang::{InstructionData, ToAccountMetas};
use program_testing::substitution::{STRANGER, Substitutions};
use settlement::instruction as call;
use settlement::instructions::{BuyItemArgs, ListItemArgs, SetRoyaltyArgs};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{ANY_FEE, HOUR, Market, Nft};
use crate::world::{Depositor, instruction};

/// What the wrong accounts are taken from: the same things in another settlement, and of others in this one.
struct Others {
    config: Address,
    vault: Address,
    ledger_there: Address,
    /// Of the same NFT elsewhere: it is outside there.
    item_there: Nft,
    /// Of the same seller: each listed and auctioned as the names say.
    listed: Nft,
    auctioned: Nft,
    bystander: Depositor,
}

fn others(market: &mut Market, nft: &Nft, seller: &Depositor) -> Others {
    let (listed, auctioned) = (market.item(seller), market.item(seller));
    market.list(&listed, seller, 1).unwrap();
    market.auction(&auctioned, seller, 1).unwrap();
    let bystander = market.trader(1_000);
    let seller_key = seller.owner.pubkey();
    market.elsewhere(|market| {
        let item_there = market.nft_of(nft.mint, nft.wallet);
        market.create_item(&item_there).unwrap();
        Others {
            config: market.config,
            vault: market.asset.vault,
            ledger_there: market.ledger_for(&seller_key),
            item_there,
            listed,
            auctioned,
            bystander,
        }
    })
}

fn of<'a>(
    accounts: impl ToAccountMetas,
    data: impl InstructionData,
    signers: &[&'a Keypair],
) -> Substitutions<'a> {
    Substitutions::new("settlement", &instruction(accounts, data), signers)
}

#[test]
fn create_item() {
    let mut market = Market::new();
    let (owner, payer) = (market.address(), market.user());
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    let other = market.nft(&anchor_spl::token::ID, &owner);
    let accounts = market.create_item_accounts(&nft, &payer);
    let config = market.elsewhere(|market| market.config);
    of(accounts, call::CreateItem {}, &[&payer])
        .wrong("config", config)
        .wrong("mint", other.mint)
        .wrong("item", other.item)
        .wrong("item_tokens", other.item_tokens)
        .harmless("payer", STRANGER)
        .assert_refused(&mut market);
}

#[test]
fn deposit_item() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.withdraw_item(&nft, &seller).unwrap();
    let Others {
        config,
        item_there,
        listed,
        ..
    } = others(&mut market, &nft, &seller);
    let accounts = market.deposit_item_accounts(&nft, &seller);
    of(accounts, call::DepositItem {}, &[&seller.owner])
        .wrong("config", config)
        .wrong("item", item_there.item)
        .wrong("item", listed.item)
        .wrong("mint", listed.mint)
        .wrong("source", listed.wallet)
        .wrong("item_tokens", item_there.item_tokens)
        .wrong("item_tokens", listed.item_tokens)
        .assert_refused(&mut market);
}

#[test]
fn withdraw_item() {
    let (mut market, nft, seller, _) = Market::with_item();
    let Others {
        config,
        item_there,
        listed,
        ..
    } = others(&mut market, &nft, &seller);
    let accounts = market.withdraw_item_accounts(&nft, &seller);
    of(accounts, call::WithdrawItem {}, &[&seller.owner])
        .wrong("config", config)
        .wrong("item", item_there.item)
        .wrong("item", listed.item)
        .wrong("mint", listed.mint)
        .wrong("destination", listed.wallet)
        .wrong("item_tokens", item_there.item_tokens)
        .wrong("item_tokens", listed.item_tokens)
        .assert_refused(&mut market);
}

#[test]
fn set_royalty() {
    let (mut market, nft, seller, _) = Market::with_item();
    let Others {
        config, item_there, ..
    } = others(&mut market, &nft, &seller);
    let args = SetRoyaltyArgs {
        creator: seller.owner.pubkey(),
        bps: 1,
    };
    let admin = market.admin.insecure_clone();
    of(
        market.set_royalty_accounts(&nft),
        call::SetRoyalty { args },
        &[&admin],
    )
    .wrong("config", config)
    .wrong("item", item_there.item)
    .assert_refused(&mut market);
}

#[test]
fn list_item() {
    let (mut market, nft, seller, _) = Market::with_item();
    let others = others(&mut market, &nft, &seller);
    let args = ListItemArgs {
        price: 1,
        expires: market.now() + HOUR,
        max_fee_bps: ANY_FEE,
    };
    of(
        market.list_accounts(&nft, &seller),
        call::ListItem { args },
        &[&seller.owner],
    )
    .wrong("config", others.config)
    .wrong("vault", others.vault)
    .wrong("item", others.item_there.item)
    .wrong("item", others.listed.item)
    .wrong("listing", nft.auction)
    .wrong("listing", others.listed.listing)
    .assert_refused(&mut market);
}

#[test]
fn cancel_listing() {
    let (mut market, nft, seller, _) = Market::with_listing(1);
    let others = others(&mut market, &nft, &seller);
    let accounts = market.cancel_listing_accounts(&nft, &seller, &seller);
    of(accounts, call::CancelListing {}, &[&seller.owner])
        .wrong("item", others.item_there.item)
        .wrong("item", others.auctioned.item)
        .wrong("listing", others.listed.listing)
        .wrong("listing", others.auctioned.auction)
        .wrong("seller", others.bystander.owner.pubkey())
        .assert_refused(&mut market);
}

#[test]
fn buy_item() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let (marketplace, creator) = (market.trader(0), market.trader(0));
    market.set_fee(marketplace.owner.pubkey(), 250);
    market.set_royalty(&nft, creator.owner.pubkey(), 500).unwrap();
    market.list(&nft, &seller, 1_000).unwrap();
    let others = others(&mut market, &nft, &seller);
    let args = BuyItemArgs { max_price: 1_000 };
    of(
        market.buy_accounts(&nft, &buyer),
        call::BuyItem { args },
        &[&buyer.owner],
    )
    .wrong("config", others.config)
    .wrong("item", others.item_there.item)
    .wrong("item", others.auctioned.item)
    .wrong("listing", others.listed.listing)
    .wrong("listing", others.auctioned.auction)
    .wrong("seller", others.bystander.owner.pubkey())
    .wrong("buyer_ledger", others.bystander.ledger)
    .wrong("seller_ledger", others.ledger_there)
    .wrong("seller_ledger", others.bystander.ledger)
    .wrong("fee_ledger", others.bystander.ledger)
    .wrong("creator_ledger", others.bystander.ledger)
    .assert_refused(&mut market);
}

#[test]
fn create_auction() {
    let (mut market, nft, seller, _) = Market::with_item();
    let others = others(&mut market, &nft, &seller);
    let args = market.auction_args();
    of(
        market.auction_accounts(&nft, &seller),
        call::CreateAuction { args },
        &[&seller.owner],
    )
    .wrong("config", others.config)
    .wrong("vault", others.vault)
    .wrong("item", others.item_there.item)
    .wrong("item", others.auctioned.item)
    .wrong("auction", nft.listing)
    .wrong("auction", others.auctioned.auction)
    .assert_refused(&mut market);
}

#[test]
fn bid() {
    let (mut market, nft, seller, buyer) = Market::with_auction(1);
    let first = market.trader(100);
    market.bid(&nft, &first, 100).unwrap();
    let others = others(&mut market, &nft, &seller);
    of(
        market.bid_accounts(&nft, &buyer),
        call::Bid { amount: 200 },
        &[&buyer.owner],
    )
    .wrong("config", others.config)
    .wrong("auction", others.listed.listing)
    .wrong("bidder_ledger", others.bystander.ledger)
    .wrong("outbid_ledger", others.bystander.ledger)
    .wrong("outbid_ledger", others.ledger_there)
    .assert_refused(&mut market);
}

#[test]
fn settle_auction() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let (marketplace, creator) = (market.trader(0), market.trader(0));
    market.set_fee(marketplace.owner.pubkey(), 250);
    market.set_royalty(&nft, creator.owner.pubkey(), 500).unwrap();
    market.auction(&nft, &seller, 1_000).unwrap();
    market.bid(&nft, &buyer, 1_000).unwrap();
    let others = others(&mut market, &nft, &seller);
    market.advance(HOUR);
    of(market.settle_accounts(&nft), call::SettleAuction {}, &[])
        .wrong("config", others.config)
        .wrong("item", others.item_there.item)
        .wrong("item", others.listed.item)
        .wrong("auction", others.listed.listing)
        .wrong("auction", others.auctioned.auction)
        .wrong("seller", others.bystander.owner.pubkey())
        .wrong("seller_ledger", others.ledger_there)
        .wrong("seller_ledger", others.bystander.ledger)
        .wrong("fee_ledger", others.bystander.ledger)
        .wrong("creator_ledger", others.bystander.ledger)
        .assert_refused(&mut market);
}

#[test]
fn cancel_auction() {
    let (mut market, nft, seller, _) = Market::with_auction(1);
    let others = others(&mut market, &nft, &seller);
    of(
        market.cancel_auction_accounts(&nft, &seller),
        call::CancelAuction {},
        &[&seller.owner],
    )
    .wrong("item", others.item_there.item)
    .wrong("item", others.listed.item)
    .wrong("auction", others.auctioned.auction)
    .wrong("auction", others.listed.listing)
    .assert_refused(&mut market);
}
