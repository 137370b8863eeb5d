//! [Modules that are too large for one message](https://internetcomputer.org/docs/references/ic-interface-spec#ic-install_chunked_code).

use super::{Managed, decode, invalid, no_value, reply};
use crate::{
    Reject,
    world::{Call, World},
};
use ic_management_canister_types::{CanisterIdRecord, ChunkHash, InstallChunkedCodeArgs, UploadChunkArgs};
use sha2::{Digest, Sha256};

/// Largest chunk, 1 MiB.
const MAX_CHUNK: usize = 1024 * 1024;
/// `CHUNK_STORE_SIZE`
const MAX_CHUNKS: usize = 100;

impl World {
    pub(super) fn upload_chunk(&mut self, call: &Call) -> Managed {
        let args: UploadChunkArgs = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        if args.chunk.len() > MAX_CHUNK {
            let size = args.chunk.len();
            return Err(invalid(format!(
                "a chunk of {size} bytes is larger than {MAX_CHUNK}"
            )));
        }
        let hash: [u8; 32] = Sha256::digest(&args.chunk).into();
        if canister.chunks.len() >= MAX_CHUNKS && !canister.chunks.contains_key(&hash) {
            return Err(invalid(format!(
                "the chunk store is full with {MAX_CHUNKS} chunks: clear it"
            )));
        }
        canister.chunks.insert(hash, args.chunk);
        reply(&ChunkHash { hash: hash.to_vec() })
    }

    pub(super) fn stored_chunks(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        let hashes = canister
            .chunks
            .keys()
            .map(|hash| ChunkHash { hash: hash.to_vec() });
        reply(&hashes.collect::<Vec<_>>())
    }

    pub(super) fn clear_chunk_store(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        self.controlled(args.canister_id, call)?.chunks.clear();
        Ok((no_value(), 0))
    }

    pub(super) fn install_chunked_code(&mut self, call: &Call) -> Managed {
        let args: InstallChunkedCodeArgs = decode(call)?;
        let store = args.store_canister.unwrap_or(args.target_canister);
        // A canister may use its own store without being its own controller.
        if store != call.caller {
            self.controlled(store, call)?;
        }
        let canister = self.canisters.get(&store);
        let chunks = &canister.ok_or_else(|| Reject::canister_not_found(store))?.chunks;
        if args.chunk_hashes_list.len() > MAX_CHUNKS {
            let count = args.chunk_hashes_list.len();
            return Err(invalid(format!(
                "{count} chunks are more than the {MAX_CHUNKS} allowed"
            )));
        }
        let mut wasm = Vec::new();
        for ChunkHash { hash } in &args.chunk_hashes_list {
            let chunk = chunks.get(hash.as_slice());
            wasm.extend_from_slice(chunk.ok_or_else(|| missing(hash))?);
        }
        if Sha256::digest(&wasm).as_slice() != args.wasm_module_hash {
            return Err(invalid(
                "the chunks together do not have the hash in wasm_module_hash".into(),
            ));
        }
        self.install(args.target_canister, args.mode, &wasm, args.arg, call)
    }
}

fn missing(hash: &[u8]) -> Reject {
    invalid(format!(
        "there is no chunk with hash {}: upload it first",
        hex::encode(hash)
    ))
}
