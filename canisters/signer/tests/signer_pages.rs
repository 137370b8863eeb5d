//! A log longer than one answer.

mod common;

use candid::Nat;
use canister_kit::icrc3::{GetBlocksRequest, GetBlocksResult, Value};
use common::emulated::Emulated;
use ic_emulator::Options;
use signer_api::Refusal;

/// Blocks in one answer.
const PAGE: u64 = 1000;

#[test]
fn an_answer_has_at_most_a_thousand_blocks_and_the_rest_is_to_be_had() {
    let signer = Emulated::start(Options::default());
    let mut length = 0;
    while length <= PAGE + 10 {
        for method in ["pause", "resume"] {
            let ok: Result<(), Refusal> = signer.update(method, ()).unwrap();
            ok.unwrap();
        }
        length = u64::try_from(signer.blocks(0, 0).log_length.0).unwrap();
    }

    let first = signer.blocks(0, u64::MAX);
    assert_eq!(first.log_length, Nat::from(length));
    assert_ids(&first, 0..PAGE);
    let rest = signer.blocks(PAGE, u64::MAX);
    assert_ids(&rest, PAGE..length);
    let parent = ("phash".to_owned(), Value::blob(first.blocks[999].block.hash()));
    assert!(
        matches!(&rest.blocks[0].block, Value::Map(entries) if entries.contains(&parent)),
        "the pages follow each other"
    );

    // The limit is for the answer, not for a range.
    let range = |start: u64, length: u64| GetBlocksRequest {
        start: Nat::from(start),
        length: Nat::from(length),
    };
    let ranges = vec![range(0, 600), range(600, 600), range(0, 1)];
    let both: GetBlocksResult = signer.query("icrc3_get_blocks", (ranges,));
    assert_ids(&both, 0..PAGE);
}

#[track_caller]
fn assert_ids(answer: &GetBlocksResult, expected: std::ops::Range<u64>) {
    let ids: Vec<_> = answer.blocks.iter().map(|block| block.id.clone()).collect();
    assert_eq!(ids, expected.map(Nat::from).collect::<Vec<_>>());
}
