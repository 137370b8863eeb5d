//! Netting agrees with the slow reference, and keeps its invariants, whatever the bytes.
#![no_main]

#[path = "../../tests/worlds/mod.rs"]
mod worlds;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    worlds::fuzz_one(data);
});
