//! The market's part of the compute units: the ordinary case of every instruction.

use program_testing::cu::Figures;
use solana_signer::Signer;

use super::{HOUR, Market};

/// A sale pays fee and royalty, and a bid outbids another.
pub fn record(figures: &mut Figures) {
    let mut market = Market::new();
    let [seller, first, buyer] = [0, 1_000, 1_000].map(|balance| market.trader(balance));
    let (marketplace, creator) = (market.trader(0), market.trader(0));
    market.set_fee(marketplace.owner.pubkey(), 250);
    let nft = market.nft(&anchor_spl::token::ID, &seller.owner.pubkey());

    figures.record("create_item", &market.create_item(&nft));
    let royalty = market.set_royalty(&nft, creator.owner.pubkey(), 500);
    figures.record("set_royalty", &royalty);
    figures.record("deposit_item", &market.deposit_item(&nft, &seller));
    figures.record("list_item", &market.list(&nft, &seller, 100));
    figures.record("cancel_listing", &market.cancel_listing(&nft, &seller, &seller));
    figures.record("create_auction", &market.auction(&nft, &seller, 100));
    figures.record("cancel_auction", &market.cancel_auction(&nft, &seller));

    market.auction(&nft, &seller, 100).unwrap();
    market.bid(&nft, &first, 500).unwrap();
    figures.record("bid", &market.bid(&nft, &buyer, 600));
    market.advance(HOUR);
    figures.record("settle_auction", &market.settle(&nft));
    market.list(&nft, &buyer, 1_000).unwrap();
    figures.record("buy_item", &market.buy(&nft, &first));
    figures.record("withdraw_item", &market.withdraw_item(&nft, &first));
}
