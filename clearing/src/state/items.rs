//! Who holds the items that are inside.

use super::{error::Diverged, event::Transfer};
use novate_protocol::{ids::Owner, intent::Item};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Items(HashMap<Item, Held>);

/// An item that is inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub holder: Owner,
    /// Whether it is listed or auctioned on chain.
    pub offered: bool,
    /// The batch that moved it last, 0 for none: it is in transit until that is over.
    pub sequence: u64,
}

impl Items {
    pub fn get(&self, item: &Item) -> Option<&Held> {
        self.0.get(item)
    }

    pub fn all(&self) -> impl Iterator<Item = (&Item, &Held)> {
        self.0.iter()
    }

    pub fn entered(&mut self, item: &Item, holder: Owner) -> Result<(), Diverged> {
        let held = Held {
            holder,
            offered: false,
            sequence: 0,
        };
        match self.0.insert(*item, held) {
            None => Ok(()),
            Some(_) => Err(Diverged::item(item, "deposited while it is inside")),
        }
    }

    pub fn left(&mut self, item: &Item, holder: &Owner) -> Result<(), Diverged> {
        self.held_by(item, holder)?;
        self.0.remove(item);
        Ok(())
    }

    pub fn offered(&mut self, item: &Item, seller: &Owner) -> Result<(), Diverged> {
        self.held_by(item, seller)?.offered = true;
        Ok(())
    }

    /// An offer of `seller` is over, and `holder` has the item.
    pub fn released(&mut self, item: &Item, seller: &Owner, holder: Owner) -> Result<(), Diverged> {
        let held = self.held_by(item, seller)?;
        (held.holder, held.offered) = (holder, false);
        Ok(())
    }

    pub fn moved(&mut self, sequence: u64, moved: &Transfer) -> Result<(), Diverged> {
        let held = self.held_by(&moved.item, &moved.from)?;
        (held.holder, held.sequence) = (moved.to, sequence);
        Ok(())
    }

    fn held_by(&mut self, item: &Item, holder: &Owner) -> Result<&mut Held, Diverged> {
        match self.0.get_mut(item) {
            None => Err(Diverged::item(item, "used while it is outside")),
            Some(held) if held.holder != *holder => {
                let (claimed, known) = (hex::encode(holder.0), hex::encode(held.holder.0));
                Err(Diverged::item(
                    item,
                    format_args!("used by 0x{claimed}, and 0x{known} holds it"),
                ))
            }
            Some(held) => Ok(held),
        }
    }
}
