//! Of the EVM contracts.

use super::{
    Contract::{Sessions, Settlement},
    Fields, Home, Kind,
    Of::{Any, Emitter, Field},
    Unreadable,
    words::{Int, Word},
};
use crate::state::event::{Charge, Event, Granted, LedgerDelta, Left, Limit, Moved, Transfer};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};
use serde::Deserialize;

type Read<T = Option<Event>> = Result<T, Unreadable>;

pub(super) const KINDS: [Kind; 18] = [
    kind("Deposited", &["owner", "asset", "amount", "balance"], |f, _| {
        Ok(Some(Event::Deposited(moved(f)?)))
    }),
    kind("Withdrawn", &["owner", "asset", "amount", "balance"], |f, _| {
        Ok(Some(Event::Withdrawn(moved(f)?)))
    }),
    kind("ItemDeposited", &["asset", "tokenId", "holder"], |f, _| {
        Ok(Some(Event::ItemDeposited {
            item: item(f)?,
            holder: f.owner(2)?,
        }))
    }),
    kind("ItemWithdrawn", &["asset", "tokenId", "holder"], |f, _| {
        Ok(Some(Event::ItemWithdrawn {
            item: item(f)?,
            holder: f.owner(2)?,
        }))
    }),
    kind("BatchOpened", &["sequence"], |f, _| {
        Ok(Some(Event::BatchOpened { sequence: f.int(0)? }))
    }),
    kind("DeltasApplied", &["sequence", "asset", "entries"], |f, _| {
        Ok(Some(Event::DeltasApplied {
            sequence: f.int(0)?,
            asset: f.asset(1)?,
            deltas: deltas(f)?,
        }))
    }),
    kind("DeltasReverted", &["sequence", "asset", "entries"], |f, _| {
        Ok(Some(Event::DeltasReverted {
            sequence: f.int(0)?,
            asset: f.asset(1)?,
            deltas: deltas(f)?,
        }))
    }),
    kind("ItemsApplied", &["sequence", "moves"], |f, _| {
        Ok(Some(Event::ItemsApplied {
            sequence: f.int(0)?,
            moves: moves(f)?,
        }))
    }),
    kind("ItemsReverted", &["sequence", "moves"], |f, _| {
        Ok(Some(Event::ItemsReverted {
            sequence: f.int(0)?,
            moves: moves(f)?,
        }))
    }),
    kind("NetBatchSettled", &["sequence"], |f, _| {
        Ok(Some(Event::BatchSettled { sequence: f.int(0)? }))
    }),
    kind("BatchClosed", &["sequence"], |f, _| {
        Ok(Some(Event::BatchClosed { sequence: f.int(0)? }))
    }),
    kind("BatchAbandoned", &["sequence", "assets", "amounts"], abandoned),
    sessions(
        "SessionGranted",
        &["owner", "key", "actions", "created", "expires", "limits"],
        granted,
    ),
    sessions(
        "LimitSet",
        &["owner", "key", "limit", "remaining", "lifetimeRemaining"],
        |f, _| {
            Ok(Some(Event::LimitSet {
                owner: f.owner(0)?,
                key: f.word(1)?,
                limit: f.json::<LimitJson>(2)?.into(),
                left: Left {
                    period: f.int(3)?,
                    lifetime: f.int(4)?,
                },
            }))
        },
    ),
    sessions("SessionRevoked", &["owner", "key"], |f, _| {
        Ok(Some(Event::SessionRevoked {
            owner: f.owner(0)?,
            key: f.word(1)?,
        }))
    }),
    Kind {
        contract: Sessions,
        event: "AllRevoked",
        fields: &["owner", "epoch"],
        of: Any,
        read: |f, _| {
            Ok(Some(Event::AllRevoked {
                owner: f.owner(0)?,
                epoch: f.int(1)?,
            }))
        },
    },
    sessions("SessionClosed", &["owner", "key"], |f, _| {
        Ok(Some(Event::SessionClosed {
            owner: f.owner(0)?,
            key: f.word(1)?,
        }))
    }),
    sessions("Charged", &["asset", "charges"], charged),
];

const fn kind(
    event: &'static str,
    fields: &'static [&'static str],
    read: fn(&Fields, &mut Home) -> Read,
) -> Kind {
    Kind {
        contract: Settlement,
        event,
        fields,
        of: Emitter,
        read,
    }
}

const fn sessions(
    event: &'static str,
    fields: &'static [&'static str],
    read: fn(&Fields, &mut Home) -> Read,
) -> Kind {
    Kind {
        contract: Sessions,
        event,
        fields,
        of: Field("consumer"),
        read,
    }
}

#[derive(Deserialize)]
struct LimitJson {
    asset: Word,
    amount: Int<u128>,
    lifetime: Int<u128>,
    period: Int<u32>,
}

#[derive(Deserialize)]
struct ChargeJson {
    owner: Word,
    key: Word,
    amount: Int<u128>,
}

#[derive(Deserialize)]
struct DeltaJson {
    owner: Word,
    amount: Int<i128>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MoveJson<'a> {
    asset: Word,
    #[serde(borrow)]
    token_id: &'a str,
    from: Word,
    to: Word,
}

fn moved(f: &Fields) -> Read<Moved> {
    Ok(Moved {
        owner: f.owner(0)?,
        asset: f.asset(1)?,
        amount: f.int(2)?,
        balance: f.int(3)?,
    })
}

fn item(f: &Fields) -> Read<Item> {
    Ok(Item {
        collection: f.asset(0)?,
        token_id: token_id(f, 1, f.text(1)?)?,
    })
}

/// 256 bits from decimal digits, big-endian.
fn token_id(f: &Fields, column: usize, digits: &str) -> Read<[u8; 32]> {
    let number = alloy::primitives::U256::from_str_radix(digits, 10);
    number
        .map(|number| number.to_be_bytes())
        .map_err(|error| f.unreadable(column, format_args!("{digits} is no token id: {error}")))
}

fn deltas(f: &Fields) -> Read<Vec<LedgerDelta>> {
    let entries: Vec<DeltaJson> = f.json(2)?;
    let entries = entries.into_iter().map(|entry| LedgerDelta {
        owner: Owner(entry.owner.0),
        amount: entry.amount.0,
        session: None,
        balance: None,
    });
    Ok(entries.collect())
}

fn moves(f: &Fields) -> Read<Vec<Transfer>> {
    let moves: Vec<MoveJson> = f.json(1)?;
    let moves = moves.into_iter().map(|moved| {
        Ok(Transfer {
            item: Item {
                collection: Asset(moved.asset.0),
                token_id: token_id(f, 1, moved.token_id)?,
            },
            from: Owner(moved.from.0),
            to: Owner(moved.to.0),
        })
    });
    moves.collect()
}

fn abandoned(f: &Fields, _: &mut Home) -> Read {
    let (assets, amounts): (Vec<Word>, Vec<Int<u128>>) = (f.json(1)?, f.json(2)?);
    if assets.len() != amounts.len() {
        return Err(f.unreadable(2, "there is not one amount for each asset"));
    }
    let stranded = assets.into_iter().zip(amounts);
    Ok(Some(Event::BatchAbandoned {
        sequence: f.int(0)?,
        stranded: stranded
            .map(|(asset, amount)| (Asset(asset.0), amount.0))
            .collect(),
    }))
}

fn granted(f: &Fields, _: &mut Home) -> Read {
    let limits: Vec<LimitJson> = f.json(5)?;
    Ok(Some(Event::SessionGranted(Granted {
        owner: f.owner(0)?,
        key: f.word(1)?,
        actions: f.int(2)?,
        created: f.int(3)?,
        expires: f.int(4)?,
        epoch: 0,
        limits: limits.into_iter().map(Limit::from).collect(),
    })))
}

fn charged(f: &Fields, _: &mut Home) -> Read {
    let charges: Vec<ChargeJson> = f.json(1)?;
    let charges = charges.into_iter().map(|charge| Charge {
        owner: Owner(charge.owner.0),
        key: charge.key.0,
        amount: charge.amount.0,
        left: None,
    });
    Ok(Some(Event::Charged {
        ours: true,
        asset: f.asset(0)?,
        charges: charges.collect(),
    }))
}

impl From<LimitJson> for Limit {
    fn from(limit: LimitJson) -> Self {
        Self {
            asset: Asset(limit.asset.0),
            amount: limit.amount.0,
            lifetime: limit.lifetime.0,
            period: limit.period.0,
            operations: None,
        }
    }
}
