//! Of the Solana programs.

use super::{
    Contract::{Sessions, Settlement},
    Fields, Home, Kind,
    Of::{Any, Field},
    Unreadable,
    words::{Int, Word},
};
use crate::state::event::{Charge, Event, Granted, LedgerDelta, Left, Limit, Moved, Sale, Transfer};
use novate_bindings::solana::address;
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};
use serde::Deserialize;

type Read<T = Option<Event>> = Result<T, Unreadable>;

pub(super) const KINDS: [Kind; 26] = [
    vault("Deposited", |f, home| Ok(moved(f, home)?.map(Event::Deposited))),
    vault("Withdrawn", |f, home| Ok(moved(f, home)?.map(Event::Withdrawn))),
    kind("ItemDeposited", &["mint", "holder"], |f, _| {
        Ok(Some(Event::ItemDeposited {
            item: item(f.word(0)?),
            holder: f.owner(1)?,
        }))
    }),
    kind("ItemWithdrawn", &["mint", "holder"], |f, _| {
        Ok(Some(Event::ItemWithdrawn {
            item: item(f.word(0)?),
            holder: f.owner(1)?,
        }))
    }),
    kind("ItemListed", &["mint", "seller"], offered),
    kind("AuctionCreated", &["mint", "seller"], offered),
    kind("ListingCancelled", &["mint", "seller"], released),
    kind("AuctionUnsold", &["mint", "seller"], released),
    kind("AuctionCancelled", &["mint", "seller"], released),
    kind(
        "FixedSaleExecuted",
        &[
            "mint",
            "seller",
            "buyer",
            "asset",
            "price",
            "fee",
            "fee_owner",
            "royalty",
            "creator",
        ],
        |f, _| sold(f, false),
    ),
    kind(
        "AuctionSettled",
        &[
            "mint",
            "seller",
            "winner",
            "asset",
            "price",
            "fee",
            "fee_owner",
            "royalty",
            "creator",
        ],
        |f, _| sold(f, true),
    ),
    kind(
        "BidPlaced",
        &["asset", "bidder", "amount", "outbid", "refund"],
        |f, _| {
            Ok(Some(Event::BidPlaced {
                asset: f.asset(0)?,
                bidder: f.owner(1)?,
                amount: f.int(2)?,
                outbid: f.owner(3)?,
                refund: f.int(4)?,
            }))
        },
    ),
    kind("BatchOpened", &["sequence"], |f, _| {
        Ok(Some(Event::BatchOpened { sequence: f.int(0)? }))
    }),
    kind("DeltasApplied", &["sequence", "mint", "entries"], |f, _| {
        Ok(Some(Event::DeltasApplied {
            sequence: f.int(0)?,
            asset: f.asset(1)?,
            deltas: deltas(f)?,
        }))
    }),
    kind("DeltasReverted", &["sequence", "mint", "entries"], |f, _| {
        Ok(Some(Event::DeltasReverted {
            sequence: f.int(0)?,
            asset: f.asset(1)?,
            deltas: deltas(f)?,
        }))
    }),
    kind("ItemsApplied", &["sequence", "entries"], |f, _| {
        Ok(Some(Event::ItemsApplied {
            sequence: f.int(0)?,
            moves: moves(f)?,
        }))
    }),
    kind("ItemsReverted", &["sequence", "entries"], |f, _| {
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
    kind("BatchAbandoned", &["sequence", "stranded"], |f, _| {
        let stranded: Vec<TotalJson> = f.json(1)?;
        Ok(Some(Event::BatchAbandoned {
            sequence: f.int(0)?,
            stranded: stranded
                .into_iter()
                .map(|of| (Asset(of.mint.0), of.amount.0))
                .collect(),
        }))
    }),
    sessions(
        "SessionCreated",
        &[
            "owner",
            "session",
            "created",
            "expires",
            "epoch",
            "actions",
            "consumers",
            "limits",
        ],
        created,
    ),
    sessions(
        "LimitSet",
        &["owner", "session", "limit", "remaining", "lifetime_remaining"],
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
    sessions("SessionRevoked", &["owner", "session"], |f, _| {
        Ok(Some(Event::SessionRevoked {
            owner: f.owner(0)?,
            key: f.word(1)?,
        }))
    }),
    sessions("AllRevoked", &["owner", "epoch"], |f, _| {
        Ok(Some(Event::AllRevoked {
            owner: f.owner(0)?,
            epoch: f.int(1)?,
        }))
    }),
    sessions("SessionClosed", &["owner", "session"], |f, _| {
        Ok(Some(Event::SessionClosed {
            owner: f.owner(0)?,
            key: f.word(1)?,
        }))
    }),
    sessions("Charged", &["consumer", "mint", "charges"], charged),
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
        of: Field("config"),
        read,
    }
}

/// They name the vault, whose address follows from config and mint.
const fn vault(event: &'static str, read: fn(&Fields, &mut Home) -> Read) -> Kind {
    Kind {
        of: Any,
        ..kind(event, &["vault", "mint", "owner", "amount", "balance"], read)
    }
}

const fn sessions(
    event: &'static str,
    fields: &'static [&'static str],
    read: fn(&Fields, &mut Home) -> Read,
) -> Kind {
    Kind {
        contract: Sessions,
        of: Any,
        ..kind(event, fields, read)
    }
}

#[derive(Deserialize)]
struct LimitJson {
    mint: Word,
    amount: Int<u64>,
    period: Period,
    lifetime: Int<u64>,
    operations: Int<u32>,
}

#[derive(Clone, Copy, Deserialize)]
enum Period {
    OneTime = 0,
    Hour = 3_600,
    Day = 86_400,
    Week = 604_800,
    Month = 2_592_000,
}

#[derive(Deserialize)]
struct ChargeJson {
    owner: Word,
    session: Word,
    amount: Int<u64>,
    remaining: Int<u64>,
    lifetime_remaining: Int<u64>,
}

#[derive(Deserialize)]
struct DeltaJson {
    owner: Word,
    session: Word,
    amount: Int<i64>,
    balance: Int<u64>,
}

#[derive(Deserialize)]
struct MoveJson {
    mint: Word,
    from: Word,
    to: Word,
}

#[derive(Deserialize)]
struct TotalJson {
    mint: Word,
    amount: Int<u128>,
}

fn item(mint: [u8; 32]) -> Item {
    Item {
        collection: Asset(mint),
        token_id: [0; 32],
    }
}

fn moved(f: &Fields, home: &mut Home) -> Read<Option<Moved>> {
    let (vault, mint) = (f.word(0)?, f.asset(1)?);
    let config = home.address;
    let own = *home
        .vaults
        .entry(mint)
        .or_insert_with(|| address::settlement::vault(&config.into(), &mint.0.into()).to_bytes());
    if own != vault {
        return Ok(None);
    }
    Ok(Some(Moved {
        owner: f.owner(2)?,
        asset: mint,
        amount: f.int(3)?,
        balance: f.int(4)?,
    }))
}

fn offered(f: &Fields, _: &mut Home) -> Read {
    Ok(Some(Event::ItemOffered {
        item: item(f.word(0)?),
        seller: f.owner(1)?,
    }))
}

fn released(f: &Fields, _: &mut Home) -> Read {
    Ok(Some(Event::ItemReleased {
        item: item(f.word(0)?),
        seller: f.owner(1)?,
    }))
}

fn sold(f: &Fields, escrowed: bool) -> Read {
    Ok(Some(Event::ItemSold(Sale {
        item: item(f.word(0)?),
        seller: f.owner(1)?,
        buyer: f.owner(2)?,
        asset: f.asset(3)?,
        price: f.int(4)?,
        fee: f.int(5)?,
        fee_owner: f.owner(6)?,
        royalty: f.int(7)?,
        creator: f.owner(8)?,
        escrowed,
    })))
}

fn deltas(f: &Fields) -> Read<Vec<LedgerDelta>> {
    let entries: Vec<DeltaJson> = f.json(2)?;
    let entries = entries.into_iter().map(|entry| LedgerDelta {
        owner: Owner(entry.owner.0),
        amount: entry.amount.0.into(),
        session: Some(entry.session.0),
        balance: Some(entry.balance.0.into()),
    });
    Ok(entries.collect())
}

fn moves(f: &Fields) -> Read<Vec<Transfer>> {
    let moves: Vec<MoveJson> = f.json(1)?;
    let moves = moves.into_iter().map(|moved| Transfer {
        item: item(moved.mint.0),
        from: Owner(moved.from.0),
        to: Owner(moved.to.0),
    });
    Ok(moves.collect())
}

fn created(f: &Fields, home: &mut Home) -> Read {
    let consumers: Vec<Word> = f.json(6)?;
    if !consumers.iter().any(|consumer| consumer.0 == home.address) {
        return Ok(None);
    }
    let limits: Vec<LimitJson> = f.json(7)?;
    Ok(Some(Event::SessionGranted(Granted {
        owner: f.owner(0)?,
        key: f.word(1)?,
        created: f.int(2)?,
        expires: f.int(3)?,
        epoch: f.int(4)?,
        actions: f.int(5)?,
        limits: limits.into_iter().map(Limit::from).collect(),
    })))
}

fn charged(f: &Fields, home: &mut Home) -> Read {
    let charges: Vec<ChargeJson> = f.json(2)?;
    let charges = charges.into_iter().map(|charge| Charge {
        owner: Owner(charge.owner.0),
        key: charge.session.0,
        amount: charge.amount.0.into(),
        left: Some(Left {
            period: charge.remaining.0.into(),
            lifetime: charge.lifetime_remaining.0.into(),
        }),
    });
    Ok(Some(Event::Charged {
        ours: f.word(0)? == home.address,
        asset: f.asset(1)?,
        charges: charges.collect(),
    }))
}

impl From<LimitJson> for Limit {
    fn from(limit: LimitJson) -> Self {
        Self {
            asset: Asset(limit.mint.0),
            amount: limit.amount.0.into(),
            lifetime: limit.lifetime.0.into(),
            period: limit.period as u32,
            operations: Some(limit.operations.0),
        }
    }
}
