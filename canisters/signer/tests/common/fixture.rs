//! The canister as it was published before it knew batches.

use std::{fs, path::Path};

/// `fixtures/signer-v0.wasm.gz`, unpacked.
pub fn first_version() -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/signer-v0.wasm.gz");
    let mut wasm = Vec::new();
    let packed = fs::File::open(file).unwrap();
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut wasm).unwrap();
    wasm
}
