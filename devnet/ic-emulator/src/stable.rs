//! Stable memory: pages that are shared until one is written, so that a snapshot costs no copy.

use std::{collections::BTreeMap, sync::Arc};

/// Bytes of a wasm page.
pub(crate) const PAGE: u64 = 64 * 1024;

/// Most pages of a canister, 500 GiB, as on the [IC](https://internetcomputer.org/docs/building-apps/canister-management/resource-limits).
const LIMIT: u64 = 500 * 1024 * 1024 * 1024 / PAGE;

/// [Stable memory](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-stable-memory) of one
/// canister. Pages never written are zero and take no space. Cloning shares all pages.
#[derive(Clone, Default)]
pub(crate) struct StableMemory {
    /// In pages.
    size: u64,
    written: BTreeMap<u64, Arc<[u8; PAGE as usize]>>,
}

impl StableMemory {
    /// In pages of 64 KiB.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds zeroed pages and returns the size before, in pages; none if it would exceed the limit.
    pub(crate) fn grow(&mut self, pages: u64) -> Option<u64> {
        let size = self.size.checked_add(pages).filter(|size| *size <= LIMIT)?;
        Some(std::mem::replace(&mut self.size, size))
    }

    /// Fills `into` with the bytes from `offset`; false, with nothing read, if they end beyond the memory.
    pub(crate) fn read(&self, offset: u64, into: &mut [u8]) -> bool {
        if !self.contains(offset, into.len()) {
            return false;
        }
        let mut rest = into;
        let mut at = offset;
        while !rest.is_empty() {
            let (page, start, length) = piece(at, rest.len());
            let (part, tail) = rest.split_at_mut(length);
            match self.written.get(&page) {
                Some(bytes) => part.copy_from_slice(&bytes[start..start + length]),
                None => part.fill(0),
            }
            at += length as u64;
            rest = tail;
        }
        true
    }

    /// Writes `bytes` at `offset`; false, with nothing written, if they end beyond the memory.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> bool {
        if !self.contains(offset, bytes.len()) {
            return false;
        }
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let (page, start, length) = piece(at, rest.len());
            let (part, tail) = rest.split_at(length);
            let page = self
                .written
                .entry(page)
                .or_insert_with(|| Arc::new([0; PAGE as usize]));
            Arc::make_mut(page)[start..start + length].copy_from_slice(part);
            at += length as u64;
            rest = tail;
        }
        true
    }

    fn contains(&self, offset: u64, length: usize) -> bool {
        // `size` is at most LIMIT, so the product does not overflow.
        offset
            .checked_add(length as u64)
            .is_some_and(|end| end <= self.size * PAGE)
    }
}

/// The page of `offset`, the place in it, and how many of `length` bytes lie on that page.
fn piece(offset: u64, length: usize) -> (u64, usize, usize) {
    let start = (offset % PAGE) as usize;
    (offset / PAGE, start, length.min(PAGE as usize - start))
}
