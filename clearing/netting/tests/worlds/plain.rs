//! Worlds that a person can read: Alice, Bob and Carol, each with one session that may do everything.

use novate_netting::{
    Balance, Entry, Fees, Holding, Netted, Opening, Outcome, Rules, Session, SessionLimit, net,
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};

pub use super::decode::CLOSED_AT;
use super::decode::word;

pub const ALICE: Owner = Owner(ordered(1));
pub const BOB: Owner = Owner(ordered(2));
pub const CAROL: Owner = Owner(ordered(3));
/// Who gets the fees.
pub const HOUSE: Owner = Owner(ordered(9));
pub const USD: Asset = Asset(ordered(0x41));
pub const EUR: Asset = Asset(ordered(0x42));
pub const HAT: Item = Item {
    collection: Asset(ordered(0x81)),
    token_id: [0; 32],
};

/// A word that is an address on every chain.
const fn ordered(n: u8) -> [u8; 32] {
    let mut word = [0; 32];
    word[31] = n;
    word
}

pub fn session_of(owner: Owner) -> [u8; 32] {
    let mut key = owner.0;
    key[30] = 0xc0;
    key
}

pub fn pay(to: Owner, asset: Asset, amount: u128) -> Action {
    let order = [0; 32];
    Action::Pay {
        to,
        asset,
        amount,
        order,
    }
}

pub fn list(item: Item, currency: Asset, price: u128) -> Action {
    Action::List {
        item,
        currency,
        price,
    }
}

pub fn buy(item: Item, currency: Asset, max_price: u128) -> Action {
    Action::Buy {
        item,
        currency,
        max_price,
    }
}

pub fn cancel(intent: [u8; 32]) -> Action {
    Action::Cancel { intent }
}

pub struct Plain {
    pub rules: Rules,
    pub opening: Opening,
    pub entries: Vec<Entry>,
}

impl Plain {
    /// Nobody has anything, and every session may spend everything.
    pub fn new() -> Self {
        let limits = [USD, EUR].map(|asset| SessionLimit {
            asset,
            remaining: u128::MAX,
        });
        let sessions = [ALICE, BOB, CAROL].map(|owner| Session {
            owner,
            key: session_of(owner),
            expires_at: CLOSED_AT + 1,
            actions: 0xf,
            next_nonce: 1,
            limits: limits.to_vec(),
        });
        Self {
            rules: Rules {
                scheme: Scheme::Ed25519,
                chain: 7,
                settlement: word(0xee),
                fees: Fees {
                    owner: HOUSE,
                    pay_bps: 0,
                    sale_bps: 0,
                },
                closed_at: CLOSED_AT,
            },
            opening: Opening {
                sessions: sessions.to_vec(),
                ..Opening::default()
            },
            entries: Vec::new(),
        }
    }

    pub fn balance(mut self, owner: Owner, asset: Asset, amount: u128) -> Self {
        let balance = Balance { owner, asset, amount };
        self.opening.balances.push(balance);
        self
    }

    pub fn limit(mut self, owner: Owner, asset: Asset, remaining: u128) -> Self {
        let sessions = self.opening.sessions.iter_mut();
        let limits = sessions.filter(|session| session.owner == owner);
        for limit in limits.flat_map(|session| &mut session.limits) {
            if limit.asset == asset {
                limit.remaining = remaining;
            }
        }
        self
    }

    pub fn holds(mut self, holder: Owner, item: Item) -> Self {
        self.opening.items.push(Holding { item, holder });
        self
    }

    pub fn fees(mut self, fees: Fees) -> Self {
        self.rules.fees = fees;
        self
    }

    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.rules.scheme = scheme;
        self
    }

    /// An intent of this owner's session, with the next nonce.
    pub fn push(&mut self, owner: Owner, action: Action) -> Entry {
        let intent = Intent {
            chain: self.rules.chain,
            settlement: self.rules.settlement,
            owner,
            session: session_of(owner),
            nonce: 1 + self.entries.len() as u64,
            created_at: CLOSED_AT - 100,
            expires_at: CLOSED_AT + 1,
            action,
        };
        let entry = Entry {
            intent,
            id: intent.id(self.rules.scheme),
            signed: true,
            received_at: CLOSED_AT - 90,
            carried: false,
        };
        self.entries.push(entry);
        entry
    }

    pub fn net(&self) -> Netted {
        net(&self.rules, &self.opening, &self.entries)
    }

    #[track_caller]
    pub fn expect<const N: usize>(&self, outcomes: [Outcome; N]) {
        assert_eq!(self.net().outcomes, outcomes);
    }

    pub fn debits(&self) -> Vec<(Owner, Asset, [u8; 32], i128)> {
        let deltas = self.net().deltas.into_iter();
        deltas
            .filter(|delta| delta.amount < 0)
            .map(|delta| (delta.owner, delta.asset, delta.session, delta.amount))
            .collect()
    }

    pub fn credits(&self) -> Vec<(Owner, Asset, i128)> {
        let deltas = self.net().deltas.into_iter();
        deltas
            .filter(|delta| delta.amount > 0)
            .map(|delta| (delta.owner, delta.asset, delta.amount))
            .collect()
    }

    pub fn moves(&self) -> Vec<(Item, Owner, Owner, [u8; 32])> {
        let items = self.net().items.into_iter();
        items
            .map(|item_move| (item_move.item, item_move.from, item_move.to, item_move.session))
            .collect()
    }
}
