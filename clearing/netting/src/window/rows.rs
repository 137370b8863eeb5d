//! Lists whose places have a type, and lists that find a row by its key.
//!
//! Indexing cannot fail: only [`Rows::push`] makes an [`Id`], rows are never removed, and no list of a window is asked
//! with the id of another window, because the lists are private to it.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    num::NonZeroU32,
    ops::{Index, IndexMut},
};

use foldhash::fast::RandomState;

/// The place of a `T` in its [`Rows`]. `Option<Id<T>>` takes four bytes too.
pub(super) struct Id<T>(NonZeroU32, PhantomData<fn() -> T>);

impl<T> Id<T> {
    #[expect(
        clippy::expect_used,
        reason = "2^32 rows of at least 16 bytes are for 2^32 intents of over 200 bytes, which no batch can hold"
    )]
    fn of(index: usize) -> Self {
        let next = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(next.expect("fewer than 2^32 rows"), PhantomData)
    }

    /// Which row it is, from 0.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.index())
    }
}

/// A list that only grows.
pub(super) struct Rows<T>(Vec<T>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Rows<T> {
    /// The id that the next row gets.
    pub fn next_id(&self) -> Id<T> {
        Id::of(self.0.len())
    }

    pub fn push(&mut self, row: T) -> Id<T> {
        let id = self.next_id();
        self.0.push(row);
        id
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn reserve(&mut self, more: usize) {
        self.0.reserve_exact(more);
    }

    pub fn into_vec(self) -> Vec<T> {
        self.0
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    pub fn ids(&self) -> impl ExactSizeIterator<Item = Id<T>> + use<T> {
        (0..self.0.len()).map(Id::of)
    }
}

impl<T> Index<Id<T>> for Rows<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}

impl<T> IndexMut<Id<T>> for Rows<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.index()]
    }
}

/// A row that its list can find.
pub(super) trait Keyed {
    type Key<'k>: Hash + PartialEq
    where
        Self: 'k;

    fn key(&self) -> Self::Key<'_>;
}

/// Rows with a key that is unique.
///
/// A table with open addressing and linear probing, of which a look-up that finds nothing else in its place reads one
/// cache line and then the row: memory is what netting waits for. Keys are chosen by users, so they are hashed with a seed
/// that nobody knows before: nobody can make them collide. What comes out does not depend on the seed, for rows are only
/// looked up, and listed in the order in which they were added.
pub(super) struct Map<T> {
    rows: Rows<T>,
    /// At least a quarter of them empty, or there are none at all.
    slots: Vec<Slot<T>>,
    hasher: RandomState,
}

/// A row's place in the table: the hash of its key, and where it is.
struct Slot<T> {
    hash: u32,
    id: Option<Id<T>>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            slots: Vec::new(),
            hasher: RandomState::default(),
        }
    }
}

impl<T: Keyed> Map<T> {
    fn hash(&self, key: &T::Key<'_>) -> u32 {
        (self.hasher.hash_one(key) >> 32) as u32
    }

    /// The first slot to look at. The hash's place in its range, so that there can be any number of slots.
    fn home(hash: u32, slots: usize) -> usize {
        ((u64::from(hash) * slots as u64) >> 32) as usize
    }

    /// The row with this key, or the slot where it would be.
    fn search<'k>(&'k self, hash: u32, key: &T::Key<'k>) -> Result<Id<T>, usize> {
        let mut at = Self::home(hash, self.slots.len());
        while let Some(slot) = self.slots.get(at) {
            match slot.id {
                None => break,
                Some(id) if slot.hash == hash && self.rows[id].key() == *key => return Ok(id),
                Some(_) => at = if at + 1 == self.slots.len() { 0 } else { at + 1 },
            }
        }
        Err(at)
    }

    pub fn find<'k>(&'k self, key: &T::Key<'k>) -> Option<Id<T>> {
        self.search(self.hash(key), key).ok()
    }

    /// The row with the key of `row`, which is added if there is none; and whether it was added.
    pub fn insert(&mut self, row: T) -> (Id<T>, bool) {
        let key = row.key();
        let hash = self.hash(&key);
        match self.search(hash, &key) {
            Ok(id) => (id, false),
            Err(mut at) => {
                drop(key);
                if 4 * (self.rows.len() + 1) > 3 * self.slots.len() {
                    // By a quarter: twice as much would be the larger part of all memory.
                    self.reserve(self.rows.len() / 4 + 16);
                    at = self.vacant(hash);
                }
                let id = self.rows.push(row);
                self.slots[at] = Slot { hash, id: Some(id) };
                (id, true)
            }
        }
    }

    /// Makes room for this many more rows.
    pub fn reserve(&mut self, more: usize) {
        self.rows.reserve(more);
        self.grow(self.rows.len() + more);
    }

    /// A table for this many rows.
    fn grow(&mut self, rows: usize) {
        let slots = rows + rows / 3 + 4;
        if slots > self.slots.len() {
            let old = std::mem::replace(&mut self.slots, vec![Slot { hash: 0, id: None }; slots]);
            for slot in old.into_iter().filter(|slot| slot.id.is_some()) {
                let at = self.vacant(slot.hash);
                self.slots[at] = slot;
            }
        }
    }

    fn vacant(&self, hash: u32) -> usize {
        let mut at = Self::home(hash, self.slots.len());
        while self.slots[at].id.is_some() {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        at
    }

    /// Begins to fetch the slot of this key. The hash is for [`Map::prefetch_row`].
    pub fn prefetch_slot(&self, key: &T::Key<'_>) -> u32 {
        let hash = self.hash(key);
        if let Some(slot) = self.slots.get(Self::home(hash, self.slots.len())) {
            prefetch(slot);
        }
        hash
    }

    /// Begins to fetch the row with this hash: but for one in billions, that of the key.
    pub fn prefetch_row(&self, hash: u32) -> Option<Id<T>> {
        let mut at = Self::home(hash, self.slots.len());
        while let Some(Slot { hash: found, id }) = self.slots.get(at) {
            let id = (*id)?;
            if *found == hash {
                prefetch(&self.rows[id]);
                return Some(id);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        None
    }

    pub fn ids(&self) -> impl ExactSizeIterator<Item = Id<T>> + use<T> {
        self.rows.ids()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }
}

impl<T> Index<Id<T>> for Map<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.rows[id]
    }
}

impl<T> IndexMut<Id<T>> for Map<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.rows[id]
    }
}

/// Begins to fetch a value into the cache, without waiting for it.
pub(super) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(value).cast::<i8>();
        for line in (0..size_of::<T>()).step_by(CACHE_LINE) {
            // SAFETY: a prefetch reads nothing that the program could see, and the address is within `value`.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(line)) };
        }
        // Rows are not aligned to lines: the last byte can be on one more.
        // SAFETY: as above.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(size_of::<T>().saturating_sub(1))) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

/// Bytes that are fetched at once.
#[cfg(target_arch = "x86_64")]
const CACHE_LINE: usize = 64;
