//! Deltas and items of a batch as a row keeps them.

use borsh::{BorshDeserialize, BorshSerialize};
use novate_netting::{Delta, ItemMove, Sealed};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};

/// What a batch changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaves {
    /// As [`novate_netting::Netted::deltas`].
    pub deltas: Vec<Delta>,
    /// As [`novate_netting::Netted::items`].
    pub items: Vec<ItemMove>,
}

impl From<&Sealed> for Leaves {
    fn from(sealed: &Sealed) -> Self {
        let deltas = sealed.deltas.iter().map(|leaf| Delta {
            owner: leaf.owner,
            asset: leaf.asset,
            session: leaf.session,
            amount: leaf.amount,
        });
        let items = sealed.items.iter().zip(&sealed.item_sessions);
        let items = items.map(|(leaf, session)| ItemMove {
            item: Item {
                collection: leaf.asset,
                token_id: leaf.token_id,
            },
            from: leaf.from,
            to: leaf.to,
            session: *session,
        });
        Self {
            deltas: deltas.collect(),
            items: items.collect(),
        }
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct Rows {
    deltas: Vec<(Owner, Asset, [u8; 32], i128)>,
    items: Vec<(Item, Owner, Owner, [u8; 32])>,
}

impl Leaves {
    /// Borsh.
    pub(super) fn encode(&self) -> std::io::Result<Vec<u8>> {
        borsh::to_vec(&Rows {
            deltas: self
                .deltas
                .iter()
                .map(|delta| (delta.owner, delta.asset, delta.session, delta.amount))
                .collect(),
            items: self
                .items
                .iter()
                .map(|moved| (moved.item, moved.from, moved.to, moved.session))
                .collect(),
        })
    }

    pub(super) fn decode(bytes: &[u8]) -> std::io::Result<Self> {
        let rows: Rows = borsh::from_slice(bytes)?;
        let deltas = rows
            .deltas
            .into_iter()
            .map(|(owner, asset, session, amount)| Delta {
                owner,
                asset,
                session,
                amount,
            });
        let items = rows.items.into_iter().map(|(item, from, to, session)| ItemMove {
            item,
            from,
            to,
            session,
        });
        Ok(Self {
            deltas: deltas.collect(),
            items: items.collect(),
        })
    }
}
