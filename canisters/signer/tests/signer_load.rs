//! As much as fits one message, and a long log.

mod common;

use candid::{Nat, encode_args};
use canister_kit::icrc3::{TipCertificate, Value};
use common::{
    batch::{Batch, EVM, SOLANA, allowed},
    emulated::Emulated,
    get, wasm,
};
use ic_certification::{HashTree, LookupResult};
use ic_emulator::Options;
use signer_api::Status;

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

#[test]
fn a_log_of_a_hundred_thousand_blocks_is_whole_and_certified_to_its_end() {
    const BLOCKS: u64 = 100_000;
    let signer = Emulated::start(Options::default());
    let mut length = signer.query::<Status>("status", ()).log_length;
    while length < BLOCKS {
        signer.set(if length % 2 == 0 { "pause" } else { "resume" }, ());
        length += 1;
    }
    assert_eq!(
        signer.query::<Status>("status", ()).log_length,
        length.max(BLOCKS)
    );

    let (mut next, mut parent) = (0u64, None);
    while next < length {
        let page = signer.blocks(next, u64::MAX);
        assert_eq!(page.log_length, Nat::from(length));
        assert_eq!(page.blocks.len() as u64, (length - next).min(1_000), "full pages");
        for block in page.blocks {
            assert_eq!(block.id, Nat::from(next));
            assert_eq!(get(&block.block, &["phash"]).cloned(), parent);
            parent = Some(Value::blob(block.block.hash()));
            next += 1;
        }
    }
    let tip = |signer: &Emulated| {
        let tip: Option<TipCertificate> = signer.query("icrc3_get_tip_certificate", ());
        let tree: HashTree = serde_cbor::from_slice(&tip.unwrap().hash_tree).unwrap();
        match tree.lookup_path(["last_block_hash"]) {
            LookupResult::Found(hash) => Value::blob(hash),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(Some(tip(&signer)), parent);
    signer.upgrade(wasm()).unwrap();
    assert_eq!(Some(tip(&signer)), parent);
    let decisions: signer_api::AuditPage =
        signer.query("audit", (signer_api::AuditRequest { from: 0, limit: 500 },));
    assert_eq!(
        (decisions.decisions.len(), decisions.next),
        (0, Some(5_000)),
        "an audit looks at so many blocks in one query"
    );
}
