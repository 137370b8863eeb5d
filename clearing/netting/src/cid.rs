//! Content identifiers: the CIDv1 that `ipfs add --cid-version=1` gives a file.
//!
//! A file of at most one [`CHUNK`] is one block with the codec *raw*. A longer one is cut into chunks, which are raw blocks,
//! and a balanced tree of UnixFS nodes (codec *dag-pb*) above them, as Kubo's chunker `size-262144` lays it out.
//! Sources: <https://github.com/ipfs/specs/blob/main/UNIXFS.md>, <https://ipld.io/specs/codecs/dag-pb/spec/>.

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Bytes in a chunk; only the last one may be shorter.
pub const CHUNK: usize = 262_144;

/// Most links of one node.
pub const MAX_LINKS: usize = 174;

/// Version 1, codec raw, sha2-256, 32 bytes.
const RAW: [u8; 4] = [0x01, 0x55, 0x12, 0x20];
/// Version 1, codec dag-pb, sha2-256, 32 bytes.
const DAG_PB: [u8; 4] = [0x01, 0x70, 0x12, 0x20];

/// A block of a file, as IPFS stores and sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// Names the bytes.
    pub cid: [u8; 36],
    /// A chunk of the file, or a node above.
    pub bytes: Cow<'a, [u8]>,
}

/// The binary CIDv1 of a file.
pub fn cid_of(bytes: &[u8]) -> [u8; 36] {
    let mut root = None;
    build(bytes, |node| root = Some(node.cid));
    // A file of one chunk has no nodes.
    root.unwrap_or_else(|| named(RAW, bytes))
}

/// The blocks of a file: its chunks in order, then the nodes above, the root last.
pub fn blocks(bytes: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut nodes = Vec::new();
    let leaves = build(bytes, |node| nodes.push(node));
    let leaves = chunks(bytes).into_iter().zip(leaves);
    let leaves = leaves.map(|(chunk, link)| Block {
        cid: link.cid,
        bytes: Cow::Borrowed(chunk),
    });
    leaves.chain(nodes)
}

/// A child, as its parent refers to it.
#[derive(Clone, Copy)]
struct Link {
    cid: [u8; 36],
    /// Bytes of the file below.
    file: u64,
    /// Bytes of the blocks below, the child's own included: `Tsize`.
    blocks: u64,
}

/// Even an empty file has one chunk.
fn chunks(bytes: &[u8]) -> Vec<&[u8]> {
    match bytes {
        [] => vec![bytes],
        _ => bytes.chunks(CHUNK).collect(),
    }
}

/// Gives every node to `add`, children before parents, and returns the links to the chunks.
fn build(bytes: &[u8], mut add: impl FnMut(Block<'static>)) -> Vec<Link> {
    let leaf = |chunk: &&[u8]| Link {
        cid: named(RAW, chunk),
        file: chunk.len() as u64,
        blocks: chunk.len() as u64,
    };
    let leaves: Vec<Link> = chunks(bytes).par_iter().map(leaf).collect();
    let mut level = Cow::Borrowed(&leaves);
    while level.len() > 1 {
        let parents = level.chunks(MAX_LINKS).map(|links| {
            let node = node(links);
            let link = Link {
                cid: named(DAG_PB, &node),
                file: links.iter().map(|link| link.file).sum(),
                blocks: node.len() as u64 + links.iter().map(|link| link.blocks).sum::<u64>(),
            };
            add(Block {
                cid: link.cid,
                bytes: Cow::Owned(node),
            });
            link
        });
        level = Cow::Owned(parents.collect());
    }
    leaves
}

/// A UnixFS node in dag-pb: its links (`PBNode.Links`), then `PBNode.Data`.
fn node(links: &[Link]) -> Vec<u8> {
    let mut node = Vec::with_capacity(links.len() * 64);
    for link in links {
        let mut fields = vec![0x0a, 36]; // PBLink.Hash
        fields.extend(link.cid);
        fields.extend([0x12, 0]); // PBLink.Name: none
        fields.push(0x18); // PBLink.Tsize
        varint(&mut fields, link.blocks);
        node.push(0x12);
        varint(&mut node, fields.len() as u64);
        node.extend(fields);
    }
    let mut data = vec![0x08, 2, 0x18]; // Data.Type: File; Data.filesize
    varint(&mut data, links.iter().map(|link| link.file).sum());
    for link in links {
        data.push(0x20); // Data.blocksizes
        varint(&mut data, link.file);
    }
    node.push(0x0a);
    varint(&mut node, data.len() as u64);
    node.extend(data);
    node
}

/// Protobuf's base-128 integers, the lowest seven bits first.
fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn named(prefix: [u8; 4], block: &[u8]) -> [u8; 36] {
    let mut cid = [0; 36];
    let (start, digest) = cid.split_at_mut(prefix.len());
    start.copy_from_slice(&prefix);
    digest.copy_from_slice(&Sha256::digest(block));
    cid
}
