//! A blob has the CID that `ipfs add --cid-version=1` gives it.

use cid::{Cid, multihash::Multihash};
use novate_netting::cid::{Block, CHUNK, MAX_LINKS, blocks, cid_of};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;

/// Bytes that differ from chunk to chunk: byte i is the top byte of i * 2654435761 mod 2^32, as in `vectors/cid.mjs`.
fn file(size: usize) -> Vec<u8> {
    (0..size as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn text(cid: &[u8; 36]) -> String {
    Cid::read_bytes(cid.as_slice()).unwrap().to_string()
}

#[test]
fn cids_are_those_of_the_importer_in_javascript() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors/cid.json")).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), 13);
    for vector in vectors {
        let size = usize::try_from(vector["size"].as_u64().unwrap()).unwrap();
        assert_eq!(text(&cid_of(&file(size))), vector["cid"], "{size} bytes");
    }
}

#[test]
fn a_file_of_one_chunk_is_named_by_its_digest() {
    for size in [0, 1, CHUNK] {
        let file = file(size);
        let hash = Multihash::wrap(0x12, &Sha256::digest(&file)).unwrap();
        assert_eq!(cid_of(&file).to_vec(), Cid::new_v1(RAW, hash).to_bytes());
    }
}

#[test]
fn blocks_are_named_by_their_digest_and_lead_from_the_root_to_every_chunk() {
    for chunks in [0, 1, 2, MAX_LINKS + 1] {
        let file = file((chunks * CHUNK).saturating_sub(7));
        let blocks: Vec<Block> = blocks(&file).collect();
        let root = blocks.last().unwrap().cid;
        assert_eq!(root, cid_of(&file));
        let mut store = HashMap::new();
        for block in blocks {
            let cid = Cid::read_bytes(block.cid.as_slice()).unwrap();
            assert_eq!(cid.hash().digest(), Sha256::digest(&block.bytes).as_slice());
            store.insert(block.cid, block.bytes.into_owned());
        }
        let mut read = Vec::new();
        walk(&store, root, &mut read);
        assert!(read == file, "{chunks} chunks");
    }
}

#[test]
fn any_changed_byte_gives_another_name() {
    let file = file(2 * CHUNK + 10);
    let cid = cid_of(&file);
    for at in [0, CHUNK - 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 9] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert_ne!(cid_of(&changed), cid);
    }
    assert_ne!(cid_of(&file[..file.len() - 1]), cid);
}

/// Reads a file as a gateway would, by the links of its nodes.
fn walk(store: &HashMap<[u8; 36], Vec<u8>>, cid: [u8; 36], read: &mut Vec<u8>) {
    let block = &store[&cid];
    if Cid::read_bytes(cid.as_slice()).unwrap().codec() == RAW {
        read.extend(block);
        return;
    }
    assert_eq!(Cid::read_bytes(cid.as_slice()).unwrap().codec(), DAG_PB);
    let mut rest = block.as_slice();
    let mut links = 0;
    // Field 2 of a node is a link, whose first field is the CID.
    while let [0x12, length, link @ ..] = rest {
        let (link, after) = link.split_at(usize::from(*length));
        assert_eq!(link[..2], [0x0a, 36]);
        walk(store, link[2..38].try_into().unwrap(), read);
        (rest, links) = (after, links + 1);
    }
    assert!(links <= MAX_LINKS && rest[0] == 0x0a);
}
