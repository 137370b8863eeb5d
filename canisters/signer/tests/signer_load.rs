//! As much as fits one message, and a long log.

mod common;

use candid::{Nat, encode_args};
use canister_kit::icrc3::{BlockLog, GetBlocksRequest, TipCertificate, Value, tip_tree};
use common::{
    batch::{Batch, EVM, SOLANA, allowed, asset},
    emulated::Emulated,
    get, wasm,
};
use ic_certification::{HashTree, LookupResult};
use ic_emulator::Options;
use ic_stable_structures::{
    DefaultMemoryImpl,
    memory_manager::{MemoryId, MemoryManager},
};
use serde_bytes::ByteBuf;
use signer_api::{AssetLimit, AuditPage, AuditRequest, Settlement, Status};

fn range(start: u64, length: u64) -> GetBlocksRequest {
    GetBlocksRequest {
        start: Nat::from(start),
        length: Nat::from(length),
    }
}

/// Most bytes of an argument in a message of a user.
const INGRESS: usize = 2 << 20;
/// Most instructions of a call, by the IC.
const INSTRUCTIONS: u64 = 40_000_000_000;

#[test]
fn ten_thousand_leaves_fit_a_message_and_a_tenth_of_a_calls_instructions() {
    for chain in [EVM, SOLANA] {
        let signer = Emulated::start(Options {
            metered: true,
            ..Options::default()
        });
        signer.set("allow_settlement", (allowed(chain),));
        let sign = |batch: Batch, n: u8| {
            let request = batch.request(n);
            let bytes = encode_args((&request,)).unwrap().len();
            let count = || signer.emulator.charges(signer.canister).unwrap().instructions;
            let before = count();
            signer.sign_batch(&request).unwrap();
            (bytes, count() - before)
        };
        // The first call also asks for the public key.
        sign(Batch::empty(chain, 1, signer.now()), 1);
        let (_, one) = sign(Batch::empty(chain, 2, signer.now()).paying(1, 1, 9), 2);
        let (bytes, all) = sign(Batch::empty(chain, 3, signer.now()).paying(5_000, 1, 9), 3);
        println!("{chain:?}: 10,000 deltas are {bytes} bytes and {all} instructions, 2 are {one}");
        assert!(bytes < INGRESS, "{bytes} bytes");
        assert!(all < INSTRUCTIONS / 10, "{all} instructions");
    }
}

/// The log itself, without a canister around it: in the interpreter the same takes many minutes.
#[test]
fn a_log_of_a_hundred_thousand_blocks_is_whole_to_its_end_and_read_again_after_an_upgrade() {
    const BLOCKS: u64 = 100_000;
    let manager = MemoryManager::init(DefaultMemoryImpl::default());
    let open = || BlockLog::open(manager.get(MemoryId::new(0)), manager.get(MemoryId::new(1)));
    let mut log = open();
    for n in 0..BLOCKS {
        let fields = vec![("caller", Value::text("somebody")), ("number", Value::nat(n))];
        assert_eq!(log.append("counted", n, fields), n);
    }

    let (mut next, mut parent) = (0u64, None);
    while next < BLOCKS {
        let page = log.page(vec![range(next, u64::MAX)]);
        assert_eq!(page.log_length, Nat::from(BLOCKS));
        assert_eq!(page.blocks.len(), 1_000, "full pages");
        for block in page.blocks {
            assert_eq!(block.id, Nat::from(next));
            assert_eq!(get(&block.block, &["tx", "number"]), Some(&Value::nat(next)));
            assert_eq!(get(&block.block, &["phash"]).cloned(), parent);
            parent = Some(Value::blob(block.block.hash()));
            next += 1;
        }
    }
    assert!(log.page(vec![range(BLOCKS, 1)]).blocks.is_empty());
    for log in [log, open()] {
        let tip = log.tip().unwrap();
        assert_eq!(
            (tip.index, Some(Value::blob(tip.hash))),
            (BLOCKS - 1, parent.clone())
        );
        let tree = tip_tree(Some(tip));
        assert!(matches!(
            tree.lookup_path(["last_block_hash"]),
            LookupResult::Found(hash) if hash == tip.hash
        ));
    }
}

/// In a canister, with blocks by the hundred.
#[test]
fn a_long_log_is_certified_to_its_end_and_an_audit_looks_at_five_thousand_blocks_at_once() {
    let signer = Emulated::start(Options::default());
    let all = Nat::from(u128::MAX);
    let limit = |n| AssetLimit {
        asset: ByteBuf::from(asset(EVM, n)),
        max_per_batch: all.clone(),
        max_per_day: all.clone(),
    };
    // A block for the settlement, and one for each asset.
    for max_items in 0..20 {
        let policy = Settlement {
            assets: (0..256).map(limit).collect(),
            max_items,
            ..allowed(EVM)
        };
        signer.set("allow_settlement", (policy,));
    }
    let length = signer.query::<Status>("status", ()).log_length;
    assert!(length > 5_100, "{length}");
    let last = signer.blocks(length - 1, 1).blocks.remove(0).block;
    let tip = || {
        let tip: Option<TipCertificate> = signer.query("icrc3_get_tip_certificate", ());
        let tree: HashTree = serde_cbor::from_slice(&tip.unwrap().hash_tree).unwrap();
        match tree.lookup_path(["last_block_hash"]) {
            LookupResult::Found(hash) => hash.to_vec(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(tip(), last.hash());
    signer.upgrade(wasm()).unwrap();
    assert_eq!(tip(), last.hash());

    let audit = |from| -> AuditPage { signer.query("audit", (AuditRequest { from, limit: 500 },)) };
    let (first, second) = (audit(0), audit(5_000));
    assert_eq!((first.decisions.len(), first.next), (0, Some(5_000)));
    assert_eq!((second.decisions.len(), second.next), (0, None));
}
