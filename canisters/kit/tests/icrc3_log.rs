//! Pages of the block log fit an answer, by count and by bytes.

use candid::{Encode, Nat};
use canister_kit::icrc3::{BlockLog, GetBlocksRequest, Value, supported_block_types};
use ic_stable_structures::{
    DefaultMemoryImpl,
    memory_manager::{MemoryId, MemoryManager},
};

/// What an answer may have: 2 MiB, of which nobody should need the last tenth.
const ANSWER: usize = 2_000_000;

/// A log of so many blocks, each with a text of so many bytes.
fn log(blocks: u64, bytes: usize) -> BlockLog {
    let manager = MemoryManager::init(DefaultMemoryImpl::default());
    let mut log = BlockLog::open(manager.get(MemoryId::new(0)), manager.get(MemoryId::new(1)));
    for n in 0..blocks {
        log.append("test", n, vec![("text", Value::text("x".repeat(bytes)))]);
    }
    log
}

fn range(start: u64, length: u64) -> GetBlocksRequest {
    GetBlocksRequest {
        start: Nat::from(start),
        length: Nat::from(length),
    }
}

#[test]
fn a_page_has_a_thousand_small_blocks() {
    let page = log(1100, 10).page(vec![range(50, 600), range(0, u64::MAX)]);
    assert_eq!(page.blocks.len(), 1000);
    assert_eq!(page.log_length, 1100u64);
    assert_eq!(
        (&page.blocks[0].id, &page.blocks[600].id),
        (&50u64.into(), &0u64.into())
    );
}

#[test]
fn large_blocks_come_in_answers_of_less_than_two_megabytes_and_none_is_left_out() {
    for bytes in [1_500, 2_500, 40_000] {
        let log = log(1100, bytes);
        let mut next = 0;
        while next < log.length() {
            // Overlapping ranges do not make it longer.
            let page = log.page(vec![range(next, u64::MAX), range(0, u64::MAX)]);
            let size = Encode!(&page).unwrap().len();
            assert!(size < ANSWER, "{size} bytes of blocks of {bytes}");
            assert!(!page.blocks.is_empty());
            for block in &page.blocks {
                if block.id != next {
                    break;
                }
                assert_eq!(Some(&block.block), log.get(next).as_ref());
                next += 1;
            }
        }
    }
}

#[test]
fn a_block_that_is_larger_than_a_page_comes_alone() {
    let log = log(3, 1_600_000);
    for id in 0..3 {
        let page = log.page(vec![range(id, 3)]);
        assert_eq!(page.blocks.len(), 1);
        assert_eq!(page.blocks[0].id, id);
    }
}

#[test]
fn block_types_have_absolute_urls_that_say_where_they_are_described() {
    let types = supported_block_types("names", &["name_registered"]);
    let expected = "data:text/plain,name_registered%20is%20described%20in%20names.icrc3.json,\
                    %20published%20with%20names.wasm";
    assert_eq!(types[0].url, expected);
    assert_eq!(types[0].block_type, "name_registered");
}
