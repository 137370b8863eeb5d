//! What administrators allow: settlements and registries, and every field that can be wrong.

mod common;

use candid::Nat;
use common::{
    batch::{EVM, SOLANA, allowed, asset, settlement},
    emulated::Emulated,
};
use ic_emulator::Options;
use serde_bytes::ByteBuf;
use signer_api::{AssetLimit, Chain, CollectionLimit, Hours, Refusal, Registry, Settlement, Status};

fn start() -> Emulated {
    Emulated::start(Options::default())
}

fn log_length(signer: &Emulated) -> u64 {
    signer.query::<Status>("status", ()).log_length
}

fn list(signer: &Emulated) -> Vec<Settlement> {
    signer.query("settlements", ())
}

/// What the canister says to a settlement.
fn allow(signer: &Emulated, change: impl FnOnce(&mut Settlement)) -> Result<(), Refusal> {
    let mut policy = allowed(EVM);
    change(&mut policy);
    signer.update("allow_settlement", (policy,)).unwrap()
}

#[test]
fn settlements_are_listed_changed_and_removed() {
    let signer = start();
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    let listed = |chain, change: fn(&mut Settlement)| {
        let mut settlement = allowed(chain);
        settlement.next_sequence = Some(1);
        change(&mut settlement);
        settlement
    };
    assert_eq!(list(&signer), [listed(EVM, |_| ()), listed(SOLANA, |_| ())]);
    let before = log_length(&signer);
    allow(&signer, |_| ()).unwrap();
    assert_eq!(log_length(&signer), before, "what changes nothing is not logged");
    allow(&signer, |s| s.max_items = 7).unwrap();
    assert_eq!(log_length(&signer), before + 3, "the settlement, and two assets");
    assert_eq!(list(&signer)[0], listed(EVM, |s| s.max_items = 7));

    let address = ByteBuf::from(settlement(EVM));
    signer.set("remove_settlement", (EVM, address.clone()));
    assert_eq!(list(&signer), [listed(SOLANA, |_| ())]);
    let again: Result<(), Refusal> = signer
        .update("remove_settlement", (EVM, address.clone()))
        .unwrap();
    let unknown = Refusal::ContractNotAllowed {
        chain: EVM,
        contract: address,
    };
    assert_eq!(again, Err(unknown));
}

#[test]
fn every_wrong_field_of_a_settlement_is_refused_by_name() {
    let signer = start();
    let wrong_length = |field: &str, expected, actual| Refusal::WrongLength {
        field: field.into(),
        expected,
        actual,
    };
    let zero = |field: &str| Refusal::Zero { field: field.into() };
    let too_large = |field: &str, value: Nat, max: Nat| Refusal::TooLarge {
        field: field.into(),
        value,
        max,
    };
    let wide = Nat::from(u128::MAX) + 1u8;
    let all = Nat::from(u128::MAX);
    let limit = |n| AssetLimit {
        asset: ByteBuf::from(asset(EVM, n)),
        max_per_batch: Nat::from(1u8),
        max_per_day: Nat::from(1u8),
    };
    let collection = |n, max_per_day| CollectionLimit {
        collection: ByteBuf::from(asset(EVM, n)),
        max_per_day,
    };
    type Change = Box<dyn FnOnce(&mut Settlement)>;
    let cases: Vec<(Change, Refusal)> = vec![
        (
            Box::new(|s| s.address = ByteBuf::from([1; 32])),
            wrong_length("address", 20, 32),
        ),
        (Box::new(|s| s.address = ByteBuf::from([0; 20])), zero("address")),
        (Box::new(|s| s.chain = SOLANA), wrong_length("address", 32, 20)),
        (
            Box::new(|s| s.assets[1].asset = ByteBuf::from([0; 20])),
            wrong_length("assets[1].asset", 32, 20),
        ),
        (
            Box::new(|s| s.assets[0].asset = ByteBuf::from([0; 32])),
            zero("assets[0].asset"),
        ),
        (
            Box::new(|s| s.assets[1].asset[0] = 1),
            Refusal::NotAnEvmAddress {
                field: "assets[1].asset".into(),
            },
        ),
        (
            Box::new(|s| s.assets[1].asset = s.assets[0].asset.clone()),
            Refusal::Duplicate {
                field: "assets".into(),
                value: ByteBuf::from(asset(EVM, 0)),
            },
        ),
        (
            Box::new(|s| s.assets[0].max_per_batch = Nat::from(0u8)),
            zero("assets[0].max_per_batch"),
        ),
        (
            Box::new(|s| s.assets[1].max_per_day = Nat::from(0u8)),
            zero("assets[1].max_per_day"),
        ),
        (
            {
                let wide = wide.clone();
                Box::new(move |s| s.assets[1].max_per_day = wide)
            },
            too_large("assets[1].max_per_day", wide, all),
        ),
        (
            Box::new(move |s| s.assets = (0..257).map(limit).collect()),
            too_large("assets", Nat::from(257u32), Nat::from(256u32)),
        ),
        (Box::new(|s| s.max_intents = 0), zero("max_intents")),
        (
            Box::new(|s| {
                s.hours = Some(Hours {
                    from_minute: 1_440,
                    to_minute: 1,
                });
            }),
            too_large("hours.from_minute", Nat::from(1_440u32), Nat::from(1_439u32)),
        ),
        (
            Box::new(|s| {
                s.hours = Some(Hours {
                    from_minute: 1,
                    to_minute: u32::MAX,
                });
            }),
            too_large("hours.to_minute", Nat::from(u32::MAX), Nat::from(1_439u32)),
        ),
        (
            Box::new(|s| {
                s.hours = Some(Hours {
                    from_minute: 5,
                    to_minute: 5,
                });
            }),
            zero("the length of hours"),
        ),
        (
            Box::new(|s| s.max_items_per_day = Some(0)),
            zero("max_items_per_day"),
        ),
        (
            Box::new(move |s| s.collections = Some(vec![collection(0, 1), collection(1, 0)])),
            zero("collections[1].max_per_day"),
        ),
        (
            Box::new(move |s| s.collections = Some(vec![collection(0, 1), collection(0, 2)])),
            Refusal::Duplicate {
                field: "collections".into(),
                value: collection(0, 1).collection,
            },
        ),
        (
            Box::new(move |s| {
                let mut short = collection(0, 1);
                short.collection.truncate(20);
                s.collections = Some(vec![short]);
            }),
            wrong_length("collections[0].collection", 32, 20),
        ),
        (
            Box::new(move |s| s.collections = Some((0..257).map(|n| collection(n, 1)).collect())),
            too_large("collections", Nat::from(257u32), Nat::from(256u32)),
        ),
    ];
    for (change, refusal) in cases {
        assert_eq!(allow(&signer, change), Err(refusal));
    }
    assert!(list(&signer).is_empty());
    allow(&signer, |s| s.assets = (0..256).map(limit).collect()).unwrap();
}

#[test]
fn registries_are_listed_changed_and_removed() {
    let signer = start();
    let registry = |chain, max_orders, next_number| Registry {
        chain,
        address: ByteBuf::from(settlement(chain)),
        max_orders,
        next_number,
    };
    let allow =
        |registry: Registry| -> Result<(), Refusal> { signer.update("allow_registry", (registry,)).unwrap() };
    let list = || -> Vec<Registry> { signer.query("registries", ()) };
    let chains: [Chain; 2] = [EVM, SOLANA];
    for chain in chains {
        allow(registry(chain, 5, Some(3))).unwrap();
    }
    assert_eq!(list(), chains.map(|chain| registry(chain, 5, Some(3))));
    let before = log_length(&signer);
    allow(registry(EVM, 5, None)).unwrap();
    assert_eq!(log_length(&signer), before, "what changes nothing is not logged");
    let back = Refusal::GoesBack { current: 3, given: 2 };
    assert_eq!(allow(registry(EVM, 5, Some(2))), Err(back));
    let zero = Refusal::Zero {
        field: "max_orders".into(),
    };
    assert_eq!(allow(registry(EVM, 0, None)), Err(zero));
    let mut short = registry(SOLANA, 5, None);
    short.address.truncate(20);
    assert_eq!(allow(short).unwrap_err().rule(), "WrongLength");

    let address = ByteBuf::from(settlement(EVM));
    signer.set("remove_registry", (EVM, address.clone()));
    let again: Result<(), Refusal> = signer.update("remove_registry", (EVM, address)).unwrap();
    assert_eq!(again.unwrap_err().rule(), "ContractNotAllowed");
    assert_eq!(list(), [registry(SOLANA, 5, Some(3))]);
    assert_eq!(
        allow(registry(EVM, 5, Some(1))).unwrap_err().rule(),
        "GoesBack",
        "the number outlives the permission"
    );
}
