//! The window that is measured: the same for the same numbers, for ever.

use novate_netting::{Balance, Entry, Fees, Holding, Opening, Rules, Session, SessionLimit, Signature};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};

const SEED: u64 = 5;
const CLOSED_AT: u64 = 1_800_000_000;
const SETTLEMENT: [u8; 32] = [7; 32];
const ASSETS: u64 = 10;
/// How many of the assets an owner spends.
const SPENT: u64 = 3;
const AMOUNT: u64 = 1_000_000;

/// What `net` and `seal` are given.
pub struct World {
    pub rules: Rules,
    pub opening: Opening,
    pub entries: Vec<Entry>,
    pub signatures: Vec<Signature>,
}

/// A window of `intents`: 80 payments, 8 listings, 10 buys and 2 cancels of every hundred, by owners, assets and items at
/// random, of which some cannot be covered.
pub fn world(intents: u64, owners: u64, items: u64) -> World {
    let mut rng = Rng(SEED);
    let rules = Rules {
        scheme: Scheme::Ed25519,
        chain: 1,
        settlement: SETTLEMENT,
        fees: Fees {
            owner: owner(u64::MAX),
            pay_bps: 10,
            sale_bps: 250,
        },
        closed_at: CLOSED_AT,
    };
    let opening = opening(&mut rng, intents, owners, items);
    let mut entries: Vec<Entry> = Vec::with_capacity(intents as usize);
    // By owner: the last intent.
    let mut last: Vec<(u64, [u8; 32])> = vec![(0, [0; 32]); owners as usize];
    for _ in 0..intents {
        let kind = rng.below(100);
        // The item is held by the owner of the same number until it is sold.
        let by = rng.below(if LISTS.contains(&kind) { items } else { owners });
        let (nonce, previous) = last.get(by as usize).copied().unwrap_or_default();
        let intent = Intent {
            chain: rules.chain,
            settlement: rules.settlement,
            owner: owner(by),
            session: session(by),
            nonce: nonce + 1,
            created_at: CLOSED_AT - 20,
            expires_at: CLOSED_AT + 600,
            action: match kind {
                ..80 => pay(&mut rng, by, owners),
                80..88 => list(&mut rng, by),
                88..98 => buy(&mut rng, by, items),
                _ => Action::Cancel { intent: previous },
            },
        };
        let id = intent.id(rules.scheme);
        if let Some(last) = last.get_mut(by as usize) {
            *last = (nonce + 1, id);
        }
        entries.push(Entry {
            intent,
            id,
            signed: true,
            received_at: CLOSED_AT - 10,
            carried: false,
        });
    }
    World {
        rules,
        opening,
        signatures: vec![Signature::Ed25519([1; 64]); entries.len()],
        entries,
    }
}

const LISTS: std::ops::Range<u64> = 80..88;

fn pay(rng: &mut Rng, by: u64, owners: u64) -> Action {
    Action::Pay {
        to: owner((by + 1 + rng.below(owners - 1)) % owners),
        asset: asset(spent(by, rng.below(SPENT))),
        amount: u128::from(1 + rng.below(2 * AMOUNT)),
        order: [0; 32],
    }
}

fn list(rng: &mut Rng, number: u64) -> Action {
    Action::List {
        item: item(number),
        currency: asset(number % ASSETS),
        price: u128::from(1 + rng.below(2 * AMOUNT)),
    }
}

/// Any item that is sold for what the buyer spends.
fn buy(rng: &mut Rng, by: u64, items: u64) -> Action {
    let currency = spent(by, rng.below(SPENT));
    let number = rng.below(items / ASSETS) * ASSETS + currency;
    Action::Buy {
        item: item(number),
        currency: asset(currency),
        max_price: u128::from(2 * AMOUNT),
    }
}

fn opening(rng: &mut Rng, intents: u64, owners: u64, items: u64) -> Opening {
    // Twice what an owner spends of an asset on average.
    let typical = 2 * AMOUNT * intents.div_ceil(owners * SPENT);
    let mut opening = Opening::default();
    for by in 0..owners {
        let mut limits = Vec::new();
        for n in 0..SPENT {
            let asset = asset(spent(by, n));
            opening.balances.push(Balance {
                owner: owner(by),
                asset,
                amount: (typical / 2 + rng.below(typical)).into(),
            });
            limits.push(SessionLimit {
                asset,
                remaining: (typical / 2 + rng.below(typical)).into(),
            });
        }
        limits.sort_by_key(|limit| limit.asset);
        opening.sessions.push(Session {
            owner: owner(by),
            key: session(by),
            expires_at: CLOSED_AT + 3_600,
            actions: 0xf,
            next_nonce: 1,
            limits,
        });
    }
    for number in 0..items {
        opening.items.push(Holding {
            item: item(number),
            holder: owner(number),
        });
    }
    opening
        .balances
        .sort_by_key(|balance| (balance.owner, balance.asset));
    opening
        .sessions
        .sort_by_key(|session| (session.owner, session.key));
    opening.items.sort_by_key(|holding| holding.item);
    opening
}

/// Which assets an owner spends.
fn spent(by: u64, n: u64) -> u64 {
    (by + n) % ASSETS
}

fn owner(number: u64) -> Owner {
    Owner(word(1, number))
}

fn session(number: u64) -> [u8; 32] {
    word(2, number)
}

fn asset(number: u64) -> Asset {
    Asset(word(3, number))
}

fn item(number: u64) -> Item {
    Item {
        collection: Asset(word(4, number)),
        token_id: [0; 32],
    }
}

/// A word like a key: no part of it tells its number.
fn word(kind: u64, number: u64) -> [u8; 32] {
    let mut rng = Rng(number.wrapping_mul(8).wrapping_add(kind));
    let mut word = [0; 32];
    for part in word.chunks_exact_mut(8) {
        part.copy_from_slice(&rng.any().to_be_bytes());
    }
    word
}

/// splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Rng(u64);

impl Rng {
    fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.any()) * u128::from(end)) >> 64) as u64
    }
}
