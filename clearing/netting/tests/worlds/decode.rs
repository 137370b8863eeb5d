//! A world from bytes: few owners, assets and items, so that everything happens to everybody.

use novate_netting::{Balance, Entry, Fees, Holding, Opening, Rules, Session, SessionLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};

use super::{World, bytes::Bytes};

pub const CLOSED_AT: u64 = 1_800_000_000;
const CHAIN: u64 = 7;
const SETTLEMENT: [u8; 32] = word(0xee);

/// Words that are addresses on every chain. Their order is not that of `n`.
pub const fn word(n: u8) -> [u8; 32] {
    let mut word = [0; 32];
    word[12] = n.wrapping_mul(167);
    word[31] = n;
    word
}

/// What a world's intents are about.
struct Cast {
    owners: Vec<Owner>,
    assets: Vec<Asset>,
    items: Vec<Item>,
    /// With the nonce that its next intent should have.
    sessions: Vec<(Owner, [u8; 32], u64)>,
    /// Who probably holds each item now, and for which currency it probably is listed: most trades should be possible.
    market: Vec<(Owner, Option<Asset>)>,
    /// Whether amounts near 2^127 happen.
    huge: bool,
}

pub fn world(data: &[u8]) -> World {
    let bytes = &mut Bytes(data);
    let scheme = bytes.pick(&[Scheme::Ed25519, Scheme::Ed25519, Scheme::Eip712]);
    let mut cast = Cast {
        owners: (1..3 + bytes.below(4) as u8).map(|n| Owner(word(n))).collect(),
        assets: (0x41..0x42 + bytes.below(2) as u8)
            .map(|n| Asset(word(n)))
            .collect(),
        items: (1..2 + bytes.below(3) as u8).map(|n| item(n, scheme)).collect(),
        sessions: Vec::new(),
        market: Vec::new(),
        huge: bytes.one_in(8),
    };
    let bps = [0, 0, 1, 100, 1_000, 3_333, 10_000, u16::MAX];
    let rules = Rules {
        scheme,
        chain: CHAIN,
        settlement: SETTLEMENT,
        fees: Fees {
            owner: bytes.pick(&[cast.owners[0], cast.owners[1], Owner(word(0x77))]),
            pay_bps: bytes.pick(&bps),
            sale_bps: bytes.pick(&bps),
        },
        closed_at: CLOSED_AT,
    };
    let opening = opening(bytes, &mut cast);
    let mut entries: Vec<Entry> = Vec::new();
    let carried = bytes.below(6);
    let count = 6 + bytes.below(28);
    while entries.len() < count && !bytes.is_empty() {
        let entry = if bytes.one_in(24) && !entries.is_empty() {
            Entry {
                carried: bytes.one_in(3),
                ..entries[bytes.below(entries.len())]
            }
        } else {
            let carried = entries.len() < carried || bytes.one_in(40);
            entry(bytes, &mut cast, &rules, &entries, carried)
        };
        entries.push(entry);
    }
    World {
        rules,
        opening,
        entries,
    }
}

fn item(n: u8, scheme: Scheme) -> Item {
    match scheme {
        Scheme::Ed25519 => Item {
            collection: Asset(word(0x80 + n)),
            token_id: [0; 32],
        },
        Scheme::Eip712 => Item {
            collection: Asset(word(0x80)),
            token_id: word(n),
        },
    }
}

fn opening(bytes: &mut Bytes, cast: &mut Cast) -> Opening {
    let mut opening = Opening::default();
    for &owner in &cast.owners {
        for &asset in &cast.assets {
            if !bytes.one_in(3) {
                let amount = amount(bytes, cast.huge).saturating_mul(3);
                opening.balances.push(Balance { owner, asset, amount });
            }
        }
        for n in 0..1 + bytes.below(2) as u8 {
            let key = word(0xc0 + n);
            let next_nonce = bytes.below(3) as u64;
            let session = Session {
                owner,
                key,
                expires_at: if bytes.one_in(16) {
                    CLOSED_AT
                } else {
                    CLOSED_AT + 1
                },
                actions: if bytes.one_in(8) {
                    bytes.below(16) as u32
                } else {
                    0xf
                },
                next_nonce,
                limits: (cast.assets.iter().filter(|_| !bytes.one_in(8)).copied())
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|asset| SessionLimit {
                        asset,
                        remaining: match bytes.below(4) {
                            0 => amount(bytes, cast.huge),
                            1 => amount(bytes, cast.huge).saturating_mul(3),
                            _ => u128::MAX,
                        },
                    })
                    .collect(),
            };
            opening.sessions.push(session);
            cast.sessions.push((owner, key, next_nonce));
        }
    }
    for &item in &cast.items {
        let holder = bytes.pick(&cast.owners);
        cast.market.push((holder, None));
        if !bytes.one_in(8) {
            opening.items.push(Holding { item, holder });
        }
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

fn amount(bytes: &mut Bytes, huge: bool) -> u128 {
    if huge && bytes.one_in(3) {
        return bytes.pick(&[i128::MAX as u128, i128::MAX as u128 / 2, u64::MAX.into(), 1 << 64]);
    }
    if bytes.one_in(8) {
        return 10_000 + bytes.below(256) as u128;
    }
    bytes.below(20) as u128
}

fn entry(bytes: &mut Bytes, cast: &mut Cast, rules: &Rules, earlier: &[Entry], carried: bool) -> Entry {
    let index = bytes.below(cast.sessions.len());
    let (owner, session, next_nonce) = cast.sessions[index];
    let nonce = match bytes.below(24) {
        0 => next_nonce.saturating_sub(1),
        1 => 0,
        2 => next_nonce + 1,
        _ => next_nonce,
    };
    cast.sessions[index].2 = cast.sessions[index].2.max(nonce + 1);
    let created_at = CLOSED_AT - 100;
    let mut intent = Intent {
        chain: rules.chain,
        settlement: rules.settlement,
        owner,
        session,
        nonce,
        created_at,
        expires_at: CLOSED_AT + 1,
        action: action(bytes, cast, owner, earlier),
    };
    let mut received_at = created_at + 10;
    let mut signed = true;
    // Now and then something is wrong.
    match bytes.below(160) {
        1 => intent.chain += 1,
        2 => intent.settlement = word(0xef),
        3 => intent.owner = Owner(word(0x66)),
        4 => intent.session = word(0xcf),
        5 => intent.nonce = bytes.pick(&[u64::MAX, i64::MAX as u64 + 1, i64::MAX as u64]),
        6 => intent.expires_at = CLOSED_AT,
        7 => intent.expires_at = created_at,
        8 => received_at = created_at + 3_599,
        9 => received_at = created_at + 3_600,
        10 => received_at = created_at - 1,
        11 => received_at = created_at,
        12 | 13 => signed = false,
        14 => intent.owner = Owner([0; 32]),
        _ => {}
    }
    Entry {
        intent,
        id: intent.id(rules.scheme),
        signed,
        received_at,
        carried,
    }
}

/// An item's holder, and the currency that it is listed for.
type Place = (Owner, Option<Asset>);

fn action(bytes: &mut Bytes, cast: &mut Cast, owner: Owner, earlier: &[Entry]) -> Action {
    let amount = amount(bytes, cast.huge);
    let asset = bytes.pick(&cast.assets);
    // Mostly an item that this owner can list, or that they can buy.
    let any = bytes.below(cast.items.len());
    let probable = |wanted: &dyn Fn(&Place) -> bool| {
        let mut places = (any..cast.market.len()).chain(0..any);
        places.find(|place| wanted(&cast.market[*place])).unwrap_or(any)
    };
    let held = probable(&|(holder, _)| *holder == owner);
    let offered = probable(&|(holder, listed)| *holder != owner && listed.is_some());
    let can_list = cast.market[held].0 == owner || bytes.one_in(8);
    let can_buy = cast.market[offered].1.is_some() || bytes.one_in(8);
    match bytes.below(20) {
        0..6 if can_list => {
            if cast.market[held].0 == owner {
                cast.market[held].1 = Some(asset);
            }
            Action::List {
                item: cast.items[held],
                currency: asset,
                price: if bytes.one_in(6) {
                    amount
                } else {
                    1 + bytes.below(6) as u128
                },
            }
        }
        kind @ 6..12 if can_buy => {
            let currency = match cast.market[offered].1 {
                Some(currency) if kind > 6 => currency,
                _ => asset,
            };
            if cast.market[offered].1 == Some(currency) {
                cast.market[offered] = (owner, None);
            }
            Action::Buy {
                item: cast.items[offered],
                currency,
                max_price: if bytes.one_in(6) {
                    amount / 4 + 1
                } else {
                    i128::MAX as u128 >> 64
                },
            }
        }
        12..14 => {
            let own: Vec<_> = (earlier.iter())
                .filter(|entry| entry.intent.owner == owner || bytes.one_in(8))
                .map(|entry| entry.id)
                .collect();
            Action::Cancel {
                intent: if own.is_empty() { [3; 32] } else { bytes.pick(&own) },
            }
        }
        _ => Action::Pay {
            // Themselves is malformed, and seldom tried.
            to: match bytes.pick(&cast.owners) {
                to if to == owner && !bytes.one_in(8) => Owner(word(0x55)),
                to => to,
            },
            asset,
            amount,
            order: [0; 32],
        },
    }
}
