use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};

/// An event that cannot follow those before it: the index lacks one, or has one too many.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what}; the index lacks an event or has one twice: compare it with the chain, then `novate db reset` and index again"
)]
pub struct Diverged {
    what: String,
}

impl Diverged {
    pub(super) fn ledger(owner: &Owner, asset: &Asset, what: impl std::fmt::Display) -> Self {
        let (owner, asset) = (hex::encode(owner.0), hex::encode(asset.0));
        Self {
            what: format!("ledger of owner 0x{owner} in asset 0x{asset}: {what}"),
        }
    }

    pub(super) fn vault(asset: &Asset, what: impl std::fmt::Display) -> Self {
        let asset = hex::encode(asset.0);
        Self {
            what: format!("vault of asset 0x{asset}: {what}"),
        }
    }

    pub(super) fn session(owner: &Owner, key: &[u8; 32], what: impl std::fmt::Display) -> Self {
        let (owner, key) = (hex::encode(owner.0), hex::encode(key));
        Self {
            what: format!("session 0x{key} of owner 0x{owner}: {what}"),
        }
    }

    pub(super) fn item(item: &Item, what: impl std::fmt::Display) -> Self {
        let (collection, id) = (hex::encode(item.collection.0), hex::encode(item.token_id));
        Self {
            what: format!("item 0x{id} of collection 0x{collection}: {what}"),
        }
    }

    pub(super) fn batch(sequence: u64, what: impl std::fmt::Display) -> Self {
        Self {
            what: format!("batch {sequence}: {what}"),
        }
    }
}
