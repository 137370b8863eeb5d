//! Items that come, go and are sold.

use program_testing::fuzz::Rng;
use settlement::instructions::CreateAuctionArgs;

use super::model::{Auction, Place};
use super::{Fuzz, ITEMS, QUIET, TRADERS};
use crate::market::ANY_FEE;

impl Fuzz {
    pub fn deposit_item(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Outside));
        let who = self.likely(rng, self.model.items[at].home);
        let result = self.market.deposit_item(&self.nfts[at], &self.traders[who]);
        self.agree("deposit_item", &result, |model| model.deposit_item(at, who));
    }

    pub fn withdraw_item(&mut self, rng: &mut Rng) {
        let (at, who) = self.item_and_holder(rng);
        let result = self.market.withdraw_item(&self.nfts[at], &self.traders[who]);
        self.agree("withdraw_item", &result, |model| model.withdraw_item(at, who));
    }

    pub fn list(&mut self, rng: &mut Rng) {
        let (at, who) = self.item_and_holder(rng);
        let now = self.market.now();
        let (price, expires) = (rng.amount(400), later(rng, now));
        let result = self
            .market
            .list_until(&self.nfts[at], &self.traders[who], price, expires);
        self.agree("list", &result, |model| model.list(at, who, price, expires, now));
    }

    pub fn cancel_listing(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Listed(_)));
        let seller = match &self.model.items[at].place {
            Place::Listed(offer) => offer.seller,
            _ => rng.index(TRADERS),
        };
        let by = if rng.one_in(2) { seller } else { rng.index(TRADERS) };
        let [seller, signer] = [seller, by].map(|who| &self.traders[who]);
        let result = self.market.cancel_listing(&self.nfts[at], seller, signer);
        let now = self.market.now();
        self.agree("cancel_listing", &result, |model| {
            model.cancel_listing(at, by, now)
        });
    }

    pub fn buy(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Listed(_)));
        let who = rng.index(TRADERS);
        let Place::Listed(offer) = &self.model.items[at].place else {
            return; // there is no listing to make the accounts of
        };
        let max_price = if rng.one_in(4) {
            rng.amount(offer.price)
        } else {
            offer.price
        };
        let result = self.market.buy_for(&self.nfts[at], &self.traders[who], max_price);
        let now = self.market.now();
        self.agree("buy", &result, |model| model.buy(at, who, max_price, now));
    }

    pub fn auction(&mut self, rng: &mut Rng) {
        let (at, seller) = self.item_and_holder(rng);
        let now = self.market.now();
        let args = CreateAuctionArgs {
            reserve: rng.amount(200),
            min_step: rng.amount(50),
            ends: later(rng, now),
            extension: rng.amount(3_600).min(u32::MAX.into()) as u32,
            max_fee_bps: ANY_FEE,
        };
        let result = self
            .market
            .auction_with(&self.nfts[at], &self.traders[seller], args);
        let auction = Auction {
            seller,
            reserve: args.reserve,
            step: args.min_step,
            ends: args.ends,
            extension: args.extension.into(),
            best: None,
            terms: self.model.terms(at),
        };
        self.agree("auction", &result, |model| model.auction(at, auction, now));
    }

    pub fn bid(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Auctioned(_)));
        let who = rng.index(TRADERS);
        let Place::Auctioned(auction) = &self.model.items[at].place else {
            return;
        };
        let best = auction.best.map_or(auction.reserve, |(_, best)| best);
        let amount = match rng.below(8) {
            0 => rng.amount(self.model.ledgers[who]),
            1 => best.saturating_add(auction.step).saturating_sub(1),
            _ => best.saturating_add(auction.step).saturating_add(rng.below(20)),
        };
        let result = self.market.bid(&self.nfts[at], &self.traders[who], amount);
        let now = self.market.now();
        self.agree("bid", &result, |model| model.bid(at, who, amount, now));
    }

    pub fn settle(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Auctioned(_)));
        if !matches!(self.model.items[at].place, Place::Auctioned(_)) {
            return;
        }
        let result = self.market.settle(&self.nfts[at]);
        let now = self.market.now();
        self.agree("settle", &result, |model| model.settle(at, now));
    }

    pub fn cancel_auction(&mut self, rng: &mut Rng) {
        let at = self.item(rng, |place| matches!(place, Place::Auctioned(_)));
        let who = self.holder(rng, at);
        let result = self.market.cancel_auction(&self.nfts[at], &self.traders[who]);
        self.agree("cancel_auction", &result, |model| model.cancel_auction(at, who));
    }

    /// Mostly an item in such a place, if there is one.
    fn item(&self, rng: &mut Rng, suits: impl Fn(&Place) -> bool) -> usize {
        let items = &self.model.items;
        let suiting: Vec<_> = (0..ITEMS).filter(|at| suits(&items[*at].place)).collect();
        if suiting.is_empty() || rng.one_in(6) {
            return rng.index(ITEMS);
        }
        *rng.pick(&suiting)
    }

    /// Mostly an item that is held and not quiet, and mostly whose it is.
    fn item_and_holder(&self, rng: &mut Rng) -> (usize, usize) {
        let at = loop {
            let at = self.item(rng, |place| matches!(place, Place::Held(_)));
            if at >= QUIET || rng.one_in(10) {
                break at;
            }
        };
        (at, self.holder(rng, at))
    }

    /// Mostly whose the item is.
    fn holder(&self, rng: &mut Rng, at: usize) -> usize {
        let holder = match &self.model.items[at].place {
            Place::Outside => rng.index(TRADERS),
            Place::Held(holder) => *holder,
            Place::Listed(offer) => offer.seller,
            Place::Auctioned(auction) => auction.seller,
        };
        self.likely(rng, holder)
    }

    /// Mostly this person.
    fn likely(&self, rng: &mut Rng, who: usize) -> usize {
        if rng.one_in(6) { rng.index(TRADERS) } else { who }
    }
}

/// Mostly within an hour; sometimes now, or never.
fn later(rng: &mut Rng, now: i64) -> i64 {
    match rng.below(12) {
        0 => now,
        1 => i64::MAX,
        _ => now + rng.within(1..=3_600) as i64,
    }
}
