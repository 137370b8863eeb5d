//! The form of batches and the rules for their leaves, without a canister.

mod common;

use candid::{Int, Nat};
use common::batch::{Batch, EVM, SOLANA, asset, settlement, word};
use novate_protocol::ids::Owner;
use serde_bytes::ByteBuf;
use signer::batch::{deltas, parse};
use signer_api::{BatchRefusal, BatchRequest, Chain, Delta, Refusal};

const BOTH: [Chain; 2] = [EVM, SOLANA];

fn request(chain: Chain) -> BatchRequest {
    Batch::mixed(chain).request(1)
}

fn parsed(chain: Chain, change: impl FnOnce(&mut BatchRequest)) -> Result<parse::Batch, Refusal> {
    let mut request = request(chain);
    change(&mut request);
    parse::Batch::parse(&request)
}

#[track_caller]
fn refused(chain: Chain, change: impl FnOnce(&mut BatchRequest)) -> Refusal {
    parsed(chain, change).unwrap_err()
}

#[track_caller]
fn refused_batch(chain: Chain, change: impl FnOnce(&mut BatchRequest)) -> BatchRefusal {
    match refused(chain, change) {
        Refusal::Batch(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn blob(bytes: impl Into<Vec<u8>>) -> ByteBuf {
    ByteBuf::from(bytes.into())
}

#[test]
fn a_batch_is_parsed_with_what_it_debits() {
    for chain in BOTH {
        let batch = parsed(chain, |_| ()).unwrap();
        assert_eq!(
            batch.header,
            Batch::empty(chain, 1, 1_000)
                .paying(2, 0, 10)
                .paying(1, 1, 7)
                .moving(0)
                .moving(1)
                .header()
        );
        let debits = [(asset(chain, 0), 20), (asset(chain, 1), 7)];
        assert_eq!(batch.debits, debits.into());
    }
}

#[test]
fn a_batch_may_be_without_leaves_but_not_without_intents() {
    let empty = Batch::empty(EVM, 1, 1_000).request(1);
    assert!(parse::Batch::parse(&empty).unwrap().debits.is_empty());
    let none = refused_batch(EVM, |r| r.header.intent_count = 0);
    assert!(
        matches!(none, BatchRefusal::NoIntents { intent_count: 0, .. }),
        "{none:?}"
    );
    let none = refused_batch(EVM, |r| r.header.intents_root = blob([0; 32]));
    assert!(
        matches!(none, BatchRefusal::NoIntents { intent_count: 1, .. }),
        "{none:?}"
    );
}

#[test]
fn fields_of_another_length_are_refused_by_name() {
    type Change = fn(&mut BatchRequest) -> &mut ByteBuf;
    let fields: [(&str, u64, Change); 15] = [
        ("id", 32, |r| &mut r.id),
        ("contract", 20, |r| &mut r.contract),
        ("header.settlement", 32, |r| &mut r.header.settlement),
        ("header.intents_root", 32, |r| &mut r.header.intents_root),
        ("header.deltas_root", 32, |r| &mut r.header.deltas_root),
        ("header.items_root", 32, |r| &mut r.header.items_root),
        ("header.blob_cid", 36, |r| &mut r.header.blob_cid),
        ("deltas[0].owner", 32, |r| &mut r.deltas[0].owner),
        ("deltas[1].asset", 32, |r| &mut r.deltas[1].asset),
        ("deltas[2].session", 32, |r| &mut r.deltas[2].session),
        ("deltas[5].owner", 32, |r| &mut r.deltas[5].owner),
        ("items[0].asset", 32, |r| &mut r.items[0].asset),
        ("items[1].token_id", 32, |r| &mut r.items[1].token_id),
        ("items[0].from", 32, |r| &mut r.items[0].from),
        ("items[1].to", 32, |r| &mut r.items[1].to),
    ];
    for (field, expected, of) in fields {
        for change in [-1i64, 1] {
            let actual = expected.checked_add_signed(change).unwrap();
            let refusal = refused(EVM, |r| of(r).resize(actual as usize, 0));
            let wrong = Refusal::WrongLength {
                field: field.into(),
                expected,
                actual,
            };
            assert_eq!(refusal, wrong);
        }
        let refusal = refused(EVM, |r| of(r).clear());
        assert!(
            matches!(refusal, Refusal::WrongLength { actual: 0, .. }),
            "{field}: {refusal:?}"
        );
    }
    let short = refused(SOLANA, |r| r.contract.truncate(20));
    assert!(
        matches!(
            short,
            Refusal::WrongLength {
                expected: 32,
                actual: 20,
                ..
            }
        ),
        "{short:?}"
    );
}

#[test]
fn owners_assets_sessions_and_contracts_are_not_zero() {
    type Change = fn(&mut BatchRequest) -> &mut ByteBuf;
    let fields: [(&str, Change); 6] = [
        ("contract", |r| &mut r.contract),
        ("deltas[3].owner", |r| &mut r.deltas[3].owner),
        ("deltas[0].asset", |r| &mut r.deltas[0].asset),
        ("items[0].asset", |r| &mut r.items[0].asset),
        ("items[0].from", |r| &mut r.items[0].from),
        ("items[1].to", |r| &mut r.items[1].to),
    ];
    for chain in BOTH {
        for (field, of) in fields {
            let refusal = refused(chain, |r| of(r).fill(0));
            assert_eq!(refusal, Refusal::Zero { field: field.into() });
        }
    }
}

#[test]
fn on_evm_owners_assets_and_sessions_are_addresses() {
    type Change = fn(&mut BatchRequest) -> &mut ByteBuf;
    let fields: [(&str, Change); 6] = [
        ("deltas[0].owner", |r| &mut r.deltas[0].owner),
        ("deltas[4].asset", |r| &mut r.deltas[4].asset),
        ("deltas[1].session", |r| &mut r.deltas[1].session),
        ("items[0].asset", |r| &mut r.items[0].asset),
        ("items[0].from", |r| &mut r.items[0].from),
        ("items[1].to", |r| &mut r.items[1].to),
    ];
    for (field, of) in fields {
        let refusal = refused(EVM, |r| of(r)[11] = 1);
        assert_eq!(refusal, Refusal::NotAnEvmAddress { field: field.into() });
    }
}

#[test]
fn a_header_for_another_chain_or_settlement_is_refused() {
    for chain in BOTH {
        let number = chain.number();
        assert_eq!(
            refused_batch(chain, |r| r.header.chain += 1),
            BatchRefusal::WrongChain {
                header: number + 1,
                chain: number
            }
        );
        let other = refused_batch(chain, |r| r.header.settlement[31] ^= 1);
        assert!(matches!(other, BatchRefusal::WrongSettlement { .. }), "{other:?}");
        let other = refused_batch(chain, |r| r.contract[0] ^= 1);
        assert!(matches!(other, BatchRefusal::WrongSettlement { .. }), "{other:?}");
    }
    // An address with something in front is not the address.
    let padded = refused_batch(EVM, |r| r.header.settlement[0] = 1);
    assert!(
        matches!(padded, BatchRefusal::WrongSettlement { .. }),
        "{padded:?}"
    );
    // The same number, but a chain of the other kind.
    let kind = refused(EVM, |r| r.chain = Chain::Solana(EVM.number()));
    assert!(matches!(kind, Refusal::WrongLength { .. }), "{kind:?}");
}

#[test]
fn counts_and_roots_are_those_of_the_leaves() {
    for chain in BOTH {
        let count = refused_batch(chain, |r| r.header.delta_count += 1);
        let wrong = BatchRefusal::WrongCount {
            field: "delta_count".into(),
            header: 7,
            leaves: 6,
        };
        assert_eq!(count, wrong);
        let count = refused_batch(chain, |r| drop(r.items.pop()));
        let wrong = BatchRefusal::WrongCount {
            field: "item_count".into(),
            header: 2,
            leaves: 1,
        };
        assert_eq!(count, wrong);

        type Change = fn(&mut BatchRequest);
        let changes: [(&str, Change); 6] = [
            ("deltas_root", |r| r.header.deltas_root[0] ^= 1),
            ("deltas_root", |r| r.deltas[0].owner[31] ^= 1),
            ("deltas_root", |r| r.deltas[1].session[31] ^= 1),
            ("deltas_root", |r| r.deltas.swap(0, 1)),
            ("items_root", |r| r.header.items_root.fill(0)),
            ("items_root", |r| r.items[1].to[31] ^= 1),
        ];
        for (i, (root, change)) in changes.into_iter().enumerate() {
            let refusal = refused_batch(chain, change);
            assert!(
                matches!(&refusal, BatchRefusal::WrongRoot { field, .. } if field == root),
                "{i}: {refusal:?}"
            );
        }
    }
}

#[test]
fn what_could_never_be_applied_is_refused_by_name() {
    for chain in BOTH {
        let debit = refused_batch(chain, |r| r.deltas[1].session.fill(0));
        assert_eq!(debit, BatchRefusal::DebitWithoutSession { index: 1 });
        let credit = refused_batch(chain, |r| r.deltas[4].session = r.deltas[0].session.clone());
        assert_eq!(credit, BatchRefusal::CreditWithSession { index: 4 });
        let order = refused_batch(chain, |r| r.deltas.swap(2, 3));
        assert_eq!(order, BatchRefusal::DebitAfterCredit { index: 3 });
        let zero = refused_batch(chain, |r| r.deltas[5].amount = Int::from(0));
        assert_eq!(zero, BatchRefusal::ZeroDelta { index: 5 });

        let uneven = refused_batch(chain, |r| r.deltas[3].amount += 1);
        let wrong = BatchRefusal::Unbalanced {
            asset: blob(asset(chain, 0)),
            debits: Nat::from(20u8),
            credits: Nat::from(21u8),
        };
        assert_eq!(uneven, wrong);
        // Zero in sum over both assets, but not in each.
        let mixed = refused_batch(chain, |r| {
            r.deltas[3].amount += 1;
            r.deltas[5].amount -= 1;
        });
        assert_eq!(mixed, wrong);
        let unpaid = refused_batch(chain, |r| r.deltas[5].asset = blob(asset(chain, 2)));
        assert!(matches!(unpaid, BatchRefusal::Unbalanced { .. }), "{unpaid:?}");

        let same = refused_batch(chain, |r| r.items[1].to = r.items[1].from.clone());
        assert_eq!(same, BatchRefusal::SameHolder { index: 1 });
        let twice = refused_batch(chain, |r| r.items[1].asset = r.items[0].asset.clone());
        assert_eq!(twice, BatchRefusal::ItemMovedTwice { index: 1 });

        // The header's settlement is the word by which leaves would name it.
        let settlement = Owner(Batch::mixed(chain).header().settlement);
        let lost = |change: fn(&mut Batch, Owner)| {
            let mut batch = Batch::mixed(chain);
            change(&mut batch, settlement);
            parse::Batch::parse(&batch.request(1)).unwrap_err()
        };
        let to_settlement = |field: &str, index| {
            let field = field.to_owned();
            Refusal::from(BatchRefusal::ToSettlement { field, index })
        };
        assert_eq!(lost(|b, to| b.deltas[4].owner = to), to_settlement("delta", 4));
        assert_eq!(lost(|b, to| b.items[1].to = to), to_settlement("item", 1));
    }
    let number = refused_batch(SOLANA, |r| r.items[1].token_id[31] = 1);
    assert_eq!(number, BatchRefusal::TokenIdOnSolana { index: 1 });
    // On EVM it is another item of the same collection.
    let other = refused_batch(EVM, |r| {
        r.items[1].asset = r.items[0].asset.clone();
        r.items[1].token_id[31] = 1;
    });
    assert!(matches!(other, BatchRefusal::WrongRoot { .. }), "{other:?}");
}

fn deltas_of(chain: Chain, amounts: &[Int]) -> Result<(Vec<[u8; 32]>, deltas::Debits), Refusal> {
    let delta = |amount: &Int| Delta {
        owner: blob(word(chain, 1, 1)),
        asset: blob(asset(chain, 0)),
        session: blob(if *amount < 0 { word(chain, 2, 2) } else { [0; 32] }),
        amount: amount.clone(),
    };
    deltas::parse(chain, &amounts.iter().map(delta).collect::<Vec<_>>())
}

#[test]
fn amounts_are_those_that_the_chain_can_hold() {
    for (chain, max) in [(EVM, i128::MAX), (SOLANA, i64::MAX.into())] {
        let (_, debits) = deltas_of(chain, &[Int::from(-max), Int::from(max)]).unwrap();
        assert_eq!(debits, [(asset(chain, 0), max.unsigned_abs())].into());
        let one_more: Int = Int::from(max) + 1;
        let too_large = |index| {
            Err(Refusal::Batch(BatchRefusal::DeltaTooLarge {
                index,
                max: Nat::from(max.unsigned_abs()),
            }))
        };
        assert_eq!(deltas_of(chain, &[Int::from(0) - one_more.clone()]), too_large(0));
        assert_eq!(deltas_of(chain, &[Int::from(-max), one_more]), too_large(1));
        let huge = Int::from(max) * Int::from(max) * Int::from(max);
        assert_eq!(deltas_of(chain, &[huge]), too_large(0));
    }
}

#[test]
fn the_deltas_of_an_asset_add_up_to_what_the_chain_counts() {
    for (chain, max) in [(EVM, i128::MAX), (SOLANA, i64::MAX.into())] {
        let most = [Int::from(1 - max), Int::from(-1), Int::from(max)];
        let (_, debits) = deltas_of(chain, &most).unwrap();
        assert_eq!(debits, [(asset(chain, 0), max.unsigned_abs())].into());
        let too_large = Err(Refusal::Batch(BatchRefusal::SumTooLarge {
            asset: blob(asset(chain, 0)),
            max: Nat::from(max.unsigned_abs()),
        }));
        assert_eq!(deltas_of(chain, &[Int::from(-max), Int::from(-1)]), too_large);
        assert_eq!(deltas_of(chain, &[Int::from(max), Int::from(1)]), too_large);
    }
}

#[test]
fn a_batch_debits_as_many_assets_as_its_chain_settles() {
    let paying = |chain: Chain, assets: u32| {
        let now = 1_700_000_000;
        let batch = (0..assets).fold(Batch::empty(chain, 1, now), |batch, n| batch.paying(1, n, 5));
        parse::Batch::parse(&batch.request(1)).map(|batch| batch.debits.len())
    };
    for (chain, max) in [(SOLANA, 32), (EVM, 256)] {
        assert_eq!(paying(chain, max), Ok(max as usize));
        let refused = Refusal::Batch(BatchRefusal::TooManyAssets {
            count: u64::from(max) + 1,
            max: max.into(),
        });
        assert_eq!(paying(chain, max + 1), Err(refused));
    }
}

#[test]
fn the_settlement_is_named_as_its_chain_does() {
    assert_eq!(request(EVM).contract, blob(settlement(EVM)));
    assert_eq!(request(EVM).contract.len(), 20);
    assert_eq!(request(SOLANA).contract, request(SOLANA).header.settlement);
}
