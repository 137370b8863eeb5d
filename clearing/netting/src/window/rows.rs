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
use hashbrown::HashTable;

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
/// Keys are chosen by users, so they are hashed with a seed that nobody knows before: nobody can make them collide. What
/// comes out does not depend on the seed, for rows are only looked up, never listed in the table's order.
pub(super) struct Map<T> {
    rows: Rows<T>,
    places: HashTable<Id<T>>,
    hasher: RandomState,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            places: HashTable::new(),
            hasher: RandomState::default(),
        }
    }
}

impl<T: Keyed> Map<T> {
    pub fn find<'k>(&'k self, key: &T::Key<'k>) -> Option<Id<T>> {
        let Self { rows, places, hasher } = self;
        let hash = hasher.hash_one(key);
        places.find(hash, |id| rows[*id].key() == *key).copied()
    }

    /// The row with the key of `row`, which is added if there is none; and whether it was added.
    pub fn insert(&mut self, row: T) -> (Id<T>, bool) {
        let Self { rows, places, hasher } = self;
        let key = row.key();
        let hash = hasher.hash_one(&key);
        if let Some(id) = places.find(hash, |id| rows[*id].key() == key) {
            return (*id, false);
        }
        drop(key);
        let id = rows.push(row);
        places.insert_unique(hash, id, |id| hasher.hash_one(rows[*id].key()));
        (id, true)
    }

    pub fn reserve(&mut self, more: usize) {
        let Self { rows, places, hasher } = self;
        rows.reserve(more);
        places.reserve(more, |id| hasher.hash_one(rows[*id].key()));
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
