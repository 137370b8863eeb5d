//! Random histories of several people: money, items, sales and batches, and what must hold after each instruction.
//!
//! [`model`] and [`plans`] are a plain model of the market and its batches, and say of every instruction whether it
//! must be accepted.

mod batches;
mod model;
mod money;
mod plans;
mod sales;
mod sessions;

use std::collections::BTreeMap;

use program_testing::fuzz::{Rng, histories, steps};
use program_testing::tokens;
use settlement::state::{Auction, ItemStatus, Listing, Vault};
use solana_address::Address;
use solana_signer::Signer;

use crate::market::{Market, Nft};
use crate::world::{Depositor, LIMITS};
use model::{Model, Place};
use plans::OpenPlan;
use sessions::Granted;

const TRADERS: usize = 5;
const ITEMS: usize = 6;
/// The first items are seldom sold, so that batches find them as they were when they were planned.
const QUIET: usize = 2;
const FUNDS: u64 = 1_000;

/// How often each instruction was accepted.
type Accepted = BTreeMap<&'static str, usize>;

struct Fuzz {
    market: Market,
    traders: Vec<Depositor>,
    nfts: Vec<Nft>,
    model: Model,
    /// Everybody's, which batches charge, the oldest first.
    sessions: Vec<Granted>,
    /// Batches that are open, the oldest first.
    plans: Vec<OpenPlan>,
    /// When a batch was opened, or the settlement.
    last_opened: i64,
    accepted: Accepted,
}

#[test]
fn random_histories_keep_the_invariants() {
    let mut accepted = Accepted::new();
    histories(400, |rng, steps| {
        let mut fuzz = Fuzz::new(rng);
        for _ in 0..steps {
            fuzz.wait(rng);
            fuzz.step(rng);
            fuzz.check();
        }
        for (name, count) in fuzz.accepted {
            *accepted.entry(name).or_default() += count;
        }
    });
    println!("{accepted:?}");
    // Else the histories would tell nothing about an instruction.
    if steps() >= 10_000 {
        let never: Vec<_> = accepted.iter().filter(|(_, count)| **count == 0).collect();
        assert!(never.is_empty(), "never accepted: {never:?}");
    }
}

impl Fuzz {
    /// Everybody has half of their money in the vault, and every item has an owner.
    fn new(rng: &mut Rng) -> Self {
        let mut market = Market::new();
        let asset = market.asset;
        let traders: Vec<_> = (0..TRADERS)
            .map(|_| {
                let trader = market.world.depositor(&asset, FUNDS);
                market.world.deposit(&asset, &trader, FUNDS / 2).unwrap();
                trader
            })
            .collect();
        let homes: Vec<_> = (0..ITEMS).map(|_| rng.index(TRADERS)).collect();
        let nfts = homes.iter().map(|home| {
            let nft = market.nft(&anchor_spl::token::ID, &traders[*home].owner.pubkey());
            market.create_item(&nft).unwrap();
            nft
        });
        let nfts = nfts.collect();
        let mut fuzz = Self {
            nfts,
            sessions: Vec::new(),
            model: Model::new(&[FUNDS / 2; TRADERS], &homes),
            plans: Vec::new(),
            last_opened: market.now(),
            market,
            traders,
            accepted: Accepted::new(),
        };
        fuzz.grant_all();
        fuzz
    }

    /// Sometimes no time passes, and sometimes the clock goes back.
    fn wait(&mut self, rng: &mut Rng) {
        if rng.one_in(800) {
            // Long enough to call the operator gone when no batch is open; mostly also when one is.
            let windows = LIMITS.challenge_window + LIMITS.settle_window;
            let more = rng.within(1..=3 * u64::from(windows));
            self.market.advance(i64::from(LIMITS.escape_delay) + more as i64);
            self.escape_withdraw(rng);
            // All sessions are over by now.
            self.grant_all();
        }
        let seconds = rng.within(0..=60) as i64;
        match rng.below(20) {
            0..=9 => {}
            10 => self.market.advance(-seconds),
            11 => self.market.advance(20 * seconds),
            _ => self.market.advance(seconds),
        }
    }

    /// Does something.
    fn step(&mut self, rng: &mut Rng) {
        match rng.below(51) {
            0..=2 => self.deposit(rng),
            3 | 4 => self.withdraw(rng),
            5 => self.pause_or_unpause(rng),
            6 => self.gift(rng),
            7 => self.set_fee(rng),
            8 => self.set_royalty(rng),
            9..=12 => self.deposit_item(rng),
            13 | 14 => self.withdraw_item(rng),
            15..=17 => self.list(rng),
            18 => self.cancel_listing(rng),
            19..=22 => self.buy(rng),
            23..=25 => self.auction(rng),
            26..=30 => self.bid(rng),
            31 | 32 => self.settle(rng),
            33 => self.cancel_auction(rng),
            34 => self.escape_withdraw(rng),
            _ => self.batch(rng),
        }
    }

    /// The chain agrees with the model, and the vault covers what it owes.
    fn check(&self) {
        let Self { market, model, .. } = self;
        let ledgers: Vec<_> = self.traders.iter().map(|trader| market.balance(trader)).collect();
        assert_eq!(ledgers, model.ledgers);

        let vault: Vault = market.read(&market.asset.vault);
        let in_flight = vault.batch.debited - vault.batch.credited;
        assert_eq!(in_flight, self.in_flight());
        assert_eq!(
            vault.total,
            ledgers.iter().sum::<u64>() + model.escrowed() + in_flight,
            "the total is what is in ledgers, in escrow and under way"
        );
        let held = tokens::amount(market, &market.asset.vault_tokens);
        assert_eq!(held, vault.total + model.gifts);

        for at in 0..ITEMS {
            self.check_item(at);
        }
        self.check_sessions();
    }

    fn check_item(&self, at: usize) {
        let (market, nft) = (&self.market, &self.nfts[at]);
        let place = &self.model.items[at].place;
        let (status, holder) = match place {
            Place::Outside => (ItemStatus::Outside, None),
            Place::Held(holder) => (ItemStatus::Held, Some(*holder)),
            Place::Listed(offer) => (ItemStatus::Listed, Some(offer.seller)),
            Place::Auctioned(auction) => (ItemStatus::Auctioned, Some(auction.seller)),
        };
        let holder = holder.map_or(Address::default(), |at| self.address(at));
        assert_eq!(market.whose(nft), (status, holder));

        // One token, in exactly one place.
        let inside = tokens::amount(market, &nft.item_tokens);
        assert_eq!(inside, u64::from(status != ItemStatus::Outside));
        assert_eq!(inside + tokens::amount(market, &nft.wallet), 1);

        assert_eq!(market.exists(&nft.listing), status == ItemStatus::Listed);
        assert_eq!(market.exists(&nft.auction), status == ItemStatus::Auctioned);
        match place {
            Place::Listed(offer) => {
                let listing: Listing = market.read(&nft.listing);
                assert_eq!((listing.price, listing.expires), (offer.price, offer.expires));
            }
            Place::Auctioned(model) => {
                let auction: Auction = market.read(&nft.auction);
                let bid = auction.has_bid().then_some((auction.bidder, auction.best));
                let expected = model.best.map(|(bidder, best)| (self.address(bidder), best));
                assert_eq!((bid, auction.ends), (expected, model.ends));
            }
            _ => {}
        }
    }

    /// Counts an instruction that was accepted.
    fn note(&mut self, name: &'static str, accepted: bool) {
        *self.accepted.entry(name).or_default() += usize::from(accepted);
    }

    fn address(&self, trader: usize) -> Address {
        self.traders[trader].owner.pubkey()
    }
}
