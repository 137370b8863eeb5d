//! Traders who do what they can, and what must hold then.

use crate::{
    batch::plan::{Delta, Move, Plan},
    index::Index,
    market::{Market, Nft},
    world::{Asset, Depositor, LIMITS, Session, grants_of},
};
use litesvm::types::TransactionResult;
use novate_clearing::state::Reserved;
use novate_protocol::{
    ids::{Asset as AssetId, Owner},
    intent::Item,
};
use program_testing::{SYSTEM_PROGRAM, event_authority, fuzz::Rng, instruction, tokens};
use session_keys::{
    accounts, instruction as call,
    instructions::{CloseExpiredArgs, CreateSessionArgs, RevokeSessionArgs, SetLimitArgs},
    state::{LimitArgs, Period, view},
};
use settlement::state::{ItemStatus, Vault};
use solana_address::Address;
use solana_signer::Signer;
use std::{collections::BTreeMap, ops::Range};

const TRADERS: usize = 4;
const ITEMS: usize = 5;
const FUNDS: u64 = 10_000;
const PERIODS: [Period; 5] = [
    Period::OneTime,
    Period::Hour,
    Period::Day,
    Period::Week,
    Period::Month,
];

pub struct Scene {
    pub market: Market,
    pub assets: [Asset; 2],
    /// Of each asset.
    traders: Vec<[Depositor; 2]>,
    keys: Vec<[Address; 2]>,
    nfts: Vec<Nft>,
    open: Option<Plan>,
    pub index: Index,
    rng: Rng,
    /// How often each instruction was accepted.
    pub done: BTreeMap<&'static str, usize>,
}

impl Scene {
    pub async fn new(rng: Rng) -> Self {
        let mut market = Market::new();
        let assets = [market.asset, market.world.asset()];
        let mut index = Index::new(market.config).await;
        let mut traders = Vec::new();
        for _ in 0..TRADERS {
            let first = market.world.depositor(&assets[0], FUNDS);
            let owner = first.owner.insecure_clone();
            let second = Depositor {
                tokens: tokens::account(&mut market.world, &assets[1].mint, &owner.pubkey(), FUNDS),
                ledger: market.world.ledger(&assets[1], &owner),
                owner,
            };
            for (asset, trader) in assets.iter().zip([&first, &second]) {
                let done = market.world.deposit(asset, trader, FUNDS / 2).unwrap();
                index.add(&done, market.now());
            }
            traders.push([first, second]);
        }
        // Somebody else's settlement, whose events are in the same tables.
        let elsewhere = market.elsewhere(|market| {
            let asset = market.asset;
            let stranger = market.world.depositor(&asset, FUNDS);
            market.world.deposit(&asset, &stranger, FUNDS).unwrap()
        });
        index.add(&elsewhere, market.now());
        market.set_fee(traders[0][0].owner.pubkey(), 333);
        let nfts: Vec<_> = (0..ITEMS)
            .map(|n| {
                let nft = market.nft(&anchor_spl::token::ID, &traders[n % TRADERS][0].owner.pubkey());
                market.create_item(&nft).unwrap();
                let creator = traders[1][0].owner.pubkey();
                market.set_royalty(&nft, creator, 100 * n as u16).unwrap();
                nft
            })
            .collect();
        let keys = (0..TRADERS)
            .map(|_| [market.address(), market.address()])
            .collect();
        let mut scene = Self {
            market,
            assets,
            traders,
            keys,
            nfts,
            open: None,
            index,
            rng,
            done: BTreeMap::new(),
        };
        for who in 0..TRADERS {
            let (name, created) = scene.create_session(who);
            scene.note(name, created);
        }
        scene
    }

    /// Tries something; what was accepted is indexed.
    pub fn step(&mut self) -> &'static str {
        let (who, of) = (self.rng.index(TRADERS), self.rng.index(2));
        let asset = self.assets[of];
        let nft = self.nfts[self.rng.index(ITEMS)];
        let (trader, other) = (&self.traders[who][of], &self.traders[self.rng.index(TRADERS)][0]);
        // The market pays in the first asset.
        let dealer = &self.traders[who][0];
        let holder = self.market.whose(&nft).1;
        let of_item = |holder: Address| {
            self.traders
                .iter()
                .position(|trader| trader[0].owner.pubkey() == holder)
        };
        let seller = of_item(holder).map_or(dealer, |at| &self.traders[at][0]);
        let amount = self.rng.within(1..=FUNDS / 4);
        let (name, result) = match self.rng.below(76) {
            0..=2 => ("deposit", self.market.world.deposit(&asset, trader, amount)),
            3..=4 => ("withdraw", self.market.world.withdraw(&asset, trader, amount)),
            5..=7 => {
                // Whoever has it in their wallet.
                let owner = self.traders.iter().find(|trader| {
                    tokens::amount(&self.market, &nft.wallet) == 1
                        && self.market.data(&nft.wallet)[32..64] == trader[0].owner.pubkey().to_bytes()
                });
                let owner = owner.map_or(dealer, |trader| &trader[0]);
                ("deposit item", self.market.deposit_item(&nft, owner))
            }
            8 => ("withdraw item", self.market.withdraw_item(&nft, seller)),
            9..=11 => ("list", self.market.list(&nft, seller, amount)),
            12 if self.market.exists(&nft.listing) => {
                ("cancel listing", self.market.cancel_listing(&nft, seller, seller))
            }
            13..=14 if self.market.exists(&nft.listing) => ("buy", self.market.buy(&nft, dealer)),
            15..=17 => ("auction", self.market.auction(&nft, seller, amount.min(300))),
            18..=22 if self.market.exists(&nft.auction) => {
                ("bid", self.market.bid(&nft, dealer, amount + 300))
            }
            23..=24 if self.market.exists(&nft.auction) => ("settle auction", self.market.settle(&nft)),
            25 if self.market.exists(&nft.auction) => {
                ("cancel auction", self.market.cancel_auction(&nft, seller))
            }
            26..=29 | 67..=70 => self.create_session(who),
            30..=34 => self.set_limit(who, of, amount),
            35 => self.end_session(who),
            36 if self.rng.one_in(3) => self.revoke_all(who),
            37 | 60..=66 => self.close_expired(who),
            38..=41 => {
                let most = if self.rng.one_in(6) { 3 * 86_400 } else { 2_000 };
                let seconds = self.rng.within(1..=most);
                self.market.advance(seconds as i64);
                return "time";
            }
            42 => {
                let asset = self.market.asset;
                // A gift past the program is in nobody's ledger.
                let gift = tokens::mint_to(&mut self.market.world, &asset.mint, &other.tokens, amount);
                ("tokens", gift)
            }
            _ => return self.batch(),
        };
        self.note(name, result)
    }

    fn note(&mut self, name: &'static str, result: TransactionResult) -> &'static str {
        if let Ok(done) = result {
            self.index.add(&done, self.market.now());
            *self.done.entry(name).or_default() += 1;
        }
        name
    }

    fn create_session(&mut self, who: usize) -> (&'static str, TransactionResult) {
        let owner = self.traders[who][0].owner.insecure_clone();
        let rng = &mut self.rng;
        let limit = |asset: &Asset| {
            let lifetime = rng.within(1..=2 * FUNDS);
            LimitArgs {
                mint: asset.mint,
                amount: rng.within(1..=lifetime),
                period: *rng.pick(&PERIODS),
                lifetime,
                operations: rng.within(1..=6) as u32,
            }
        };
        let limits = self.assets.iter().map(limit).collect();
        let mut consumers = vec![self.market.config];
        if rng.one_in(4) {
            consumers = vec![crate::world::config_of(&owner.pubkey())];
        } else if rng.one_in(2) {
            consumers.push(crate::world::config_of(&owner.pubkey()));
        }
        let args = CreateSessionArgs {
            key: *rng.pick(&self.keys[who]),
            expires: self.market.now() + rng.within(86_400..=20 * 86_400) as i64,
            actions: 7,
            consumers,
            limits,
        };
        let accounts = accounts::CreateSession {
            owner: owner.pubkey(),
            payer: owner.pubkey(),
            grants: grants_of(&owner.pubkey()),
            system_program: SYSTEM_PROGRAM,
            event_authority: event_authority(session_keys::ID),
            program: session_keys::ID,
        };
        let create = instruction(session_keys::ID, accounts, call::CreateSession { args });
        ("create session", self.market.send(&[create], &[&owner]))
    }

    fn set_limit(&mut self, who: usize, of: usize, amount: u64) -> (&'static str, TransactionResult) {
        let owner = self.traders[who][0].owner.insecure_clone();
        let args = SetLimitArgs {
            key: *self.rng.pick(&self.keys[who]),
            limit: LimitArgs {
                mint: self.assets[of].mint,
                amount,
                period: *self.rng.pick(&PERIODS),
                lifetime: amount + self.rng.within(0..=FUNDS),
                operations: self.rng.within(0..=9) as u32,
            },
        };
        let accounts = accounts::SetLimit {
            by: owner.pubkey(),
            grants: grants_of(&owner.pubkey()),
            event_authority: event_authority(session_keys::ID),
            program: session_keys::ID,
        };
        let set = instruction(session_keys::ID, accounts, call::SetLimit { args });
        ("set limit", self.market.send(&[set], &[&owner]))
    }

    fn end_session(&mut self, who: usize) -> (&'static str, TransactionResult) {
        let owner = self.traders[who][0].owner.insecure_clone();
        let args = RevokeSessionArgs {
            key: *self.rng.pick(&self.keys[who]),
        };
        let accounts = accounts::RevokeSession {
            by: owner.pubkey(),
            grants: grants_of(&owner.pubkey()),
            event_authority: event_authority(session_keys::ID),
            program: session_keys::ID,
        };
        let revoke = instruction(session_keys::ID, accounts, call::RevokeSession { args });
        ("revoke", self.market.send(&[revoke], &[&owner]))
    }

    fn revoke_all(&mut self, who: usize) -> (&'static str, TransactionResult) {
        let owner = self.traders[who][0].owner.insecure_clone();
        let accounts = accounts::RevokeAll {
            owner: owner.pubkey(),
            grants: grants_of(&owner.pubkey()),
            event_authority: event_authority(session_keys::ID),
            program: session_keys::ID,
        };
        let revoke = instruction(session_keys::ID, accounts, call::RevokeAll {});
        ("revoke all", self.market.send(&[revoke], &[&owner]))
    }

    fn close_expired(&mut self, who: usize) -> (&'static str, TransactionResult) {
        let owner = self.traders[who][0].owner.insecure_clone();
        let args = CloseExpiredArgs {
            key: *self.rng.pick(&self.keys[who]),
        };
        let accounts = accounts::CloseExpired {
            grants: grants_of(&owner.pubkey()),
            session_payer: owner.pubkey(),
            grants_payer: owner.pubkey(),
            event_authority: event_authority(session_keys::ID),
            program: session_keys::ID,
        };
        let close = instruction(session_keys::ID, accounts, call::CloseExpired { args });
        ("close expired", self.market.send(&[close], &[&owner]))
    }

    /// Opens a batch, or does something with the one that is open.
    fn batch(&mut self) -> &'static str {
        let Some(plan) = self.open.clone() else {
            return self.open_batch();
        };
        let (name, result) = match self.rng.below(13) {
            0..=3 => return self.chunks("debits", &plan, plan.debits(), false),
            4 | 5 if !plan.moves.is_empty() => return self.items("items", &plan, false),
            6 | 7 => return self.chunks("credits", &plan, plan.credits(), false),
            8 | 12 => ("finalize", self.market.finalize(&plan)),
            9 if self.rng.one_in(3) => {
                // Too late for it, and past that for who may abandon it.
                let windows = LIMITS.challenge_window + LIMITS.settle_window;
                let delay = if self.rng.one_in(2) {
                    LIMITS.escape_delay
                } else {
                    1
                };
                self.market.advance(i64::from(windows + delay));
                return "late";
            }
            10 => {
                self.chunks("revert debits", &plan, plan.debits(), true);
                return self.items("revert items", &plan, true);
            }
            11 => {
                if self.market.batch(&plan).first_credit != u32::MAX && self.rng.one_in(2) {
                    // Nobody finishes it.
                    let windows = LIMITS.challenge_window + LIMITS.settle_window;
                    self.market.advance(i64::from(windows + LIMITS.escape_delay) + 1);
                }
                let admin = self.market.admin.insecure_clone();
                let abandoned = self.market.abandon(&plan, &admin);
                if abandoned.is_ok() {
                    self.open = None;
                }
                self.note("abandon", abandoned);
                ("close", self.market.close(&plan))
            }
            _ => {
                self.market.advance(i64::from(LIMITS.challenge_window));
                return "window";
            }
        };
        if result.is_ok() && matches!(name, "finalize" | "close") {
            self.open = None;
        }
        self.note(name, result)
    }

    fn chunks(&mut self, name: &'static str, plan: &Plan, range: Range<usize>, revert: bool) -> &'static str {
        for chunk in plan.chunks(range) {
            let result = match revert {
                true => self.market.revert_chunk(plan, chunk),
                false => self.market.apply_chunk(plan, chunk),
            };
            self.note(name, result);
        }
        name
    }

    /// One after the other: some may be listed, and some holders' sessions over.
    fn items(&mut self, name: &'static str, plan: &Plan, revert: bool) -> &'static str {
        for at in 0..plan.moves.len() {
            let result = match revert {
                true => self.market.revert_items(plan, at..at + 1),
                false => self.market.apply_items(plan, at..at + 1),
            };
            self.note(name, result);
        }
        name
    }

    fn open_batch(&mut self) -> &'static str {
        let (mut deltas, mut moves) = (Vec::new(), Vec::new());
        for asset in self.assets {
            let (from, to) = (self.rng.index(TRADERS), self.rng.index(TRADERS));
            let Some(session) = self.session(from) else {
                continue;
            };
            let trader = &self.traders[from][0];
            let left = self.left(trader, &session.key, &asset).unwrap_or(0);
            // Mostly what the session allows.
            let most = if self.rng.one_in(8) {
                FUNDS
            } else {
                left.min(FUNDS / 20)
            };
            let amount = self.rng.within(1..=most.max(1));
            let [payer, payee] = [from, to].map(|at| self.traders[at][0].owner.pubkey());
            deltas.push(Delta::debit(&asset, payer, session, amount));
            // Some do not sum to zero, and are abandoned.
            let lost = u64::from(amount > 1 && self.rng.one_in(6));
            deltas.push(Delta::credit(&asset, payee, amount - lost));
        }
        for nft in &self.nfts {
            if self.rng.one_in(4) && self.market.whose(nft).0 == ItemStatus::Held {
                moves.push(Move {
                    item: nft.item,
                    mint: nft.mint,
                    from: self.market.whose(nft).1,
                    to: self.traders[self.rng.index(TRADERS)][0].owner.pubkey(),
                });
            }
        }
        let plan = Plan::next(&self.market.world, deltas, moves);
        let result = self.market.open(&plan);
        if result.is_ok() {
            self.open = Some(plan);
        }
        let name = self.note("open", result);
        if !self.rng.one_in(4) {
            self.market.advance(i64::from(LIMITS.challenge_window));
        }
        name
    }

    /// A session of a trader, dead or alive.
    fn session(&mut self, who: usize) -> Option<Session> {
        let grants = grants_of(&self.traders[who][0].owner.pubkey());
        let data = self.market.data(&grants);
        let (grants_head, sessions) = view(&data).ok()?;
        let mut slot = self.rng.index(sessions.len().max(1));
        let alive = |slot: &usize| {
            let session = sessions.get(*slot);
            session.is_some_and(|session| {
                session
                    .require_alive(grants_head.epoch, self.market.now())
                    .is_ok()
            })
        };
        if !alive(&slot) {
            slot = (0..sessions.len()).find(alive).unwrap_or(slot);
        }
        Some(Session {
            grants,
            slot: slot as u8,
            key: sessions.get(slot)?.key,
        })
    }

    /// The state by the index is what the accounts hold.
    pub async fn check(&mut self, step: &str) {
        let now = self.market.now();
        self.index.write().await;
        let (market, config) = (&self.market, self.market.state());
        let look = self.index.following.follower.look(|known| {
            let (state, none) = (&known.state, Reserved::default());
            assert_eq!(
                (state.over(), state.opened()),
                (config.settled, config.opened),
                "{step}"
            );
            for (of, asset) in self.assets.iter().enumerate() {
                let id = AssetId(asset.mint.to_bytes());
                let vault: Vault = market.read(&asset.vault);
                let (_, owed) = state.owed().find(|(asset, _)| **asset == id).unwrap();
                assert_eq!(owed.total(), Some(vault.total.into()), "{step}");
                assert_eq!(owed.stranded, u128::from(vault.stranded), "{step}");
                for (who, trader) in self.traders.iter().enumerate() {
                    let owner = Owner(trader[of].owner.pubkey().to_bytes());
                    let ledger = market.balance(&trader[of]);
                    assert_eq!(
                        state.ledger(&owner, &id),
                        u128::from(ledger),
                        "{step}: trader {who}"
                    );
                    for key in self.keys[who] {
                        let told = state.session(&owner, &key.to_bytes(), now as u64, &none);
                        let left = self.left(&trader[of], &key, asset);
                        assert_eq!(told.is_some(), left.is_some(), "{step}: trader {who} {key}");
                        let limits = told.map(|session| session.limits).unwrap_or_default();
                        let told = limits.iter().find(|limit| limit.asset == id);
                        let told = told.map_or(0, |limit| limit.remaining);
                        assert_eq!(told, u128::from(left.unwrap_or(0)), "{step}: trader {who} {key}");
                    }
                }
            }
            for nft in &self.nfts {
                let item = Item {
                    collection: AssetId(nft.mint.to_bytes()),
                    token_id: [0; 32],
                };
                let on_chain = market.item_state(nft);
                let free = on_chain.status == ItemStatus::Held && on_chain.sequence <= config.settled;
                let holder = free.then_some(Owner(on_chain.holder.to_bytes()));
                assert_eq!(state.holder(&item, &none), holder, "{step}");
            }
        });
        look.unwrap();
    }

    /// What the settlement could charge to a session now; none when it is over or not the settlement's.
    fn left(&self, trader: &Depositor, key: &Address, asset: &Asset) -> Option<u64> {
        let data = self.market.data(&grants_of(&trader.owner.pubkey()));
        let (grants, sessions) = view(&data).ok()?;
        let session = sessions.iter().find(|session| session.key == *key)?;
        let now = self.market.now();
        session.require_alive(grants.epoch, now).ok()?;
        session
            .consumers()
            .find(|consumer| **consumer == self.market.config)?;
        let Some(mut limit) = session.limit(&asset.mint).copied() else {
            return Some(0);
        };
        limit.roll(now);
        let left = limit.remaining().min(limit.lifetime_remaining());
        Some(if limit.operations_left() == 0 { 0 } else { left })
    }
}
