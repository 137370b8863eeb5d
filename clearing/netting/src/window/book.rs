//! Step 2: who holds which item, what is listed, and what was sold.

use novate_protocol::intent::Item;

use super::{
    ledger::{AssetRow, Ledger, OwnerRow, Transfer},
    rows::{Id, Keyed, Map, Rows},
    sessions::SessionRow,
};
use crate::{Opening, Outcome};

/// An item of the opening state.
pub(super) struct ItemRow {
    pub item: Item,
    /// Who holds it before the window.
    pub first_holder: Id<OwnerRow>,
    /// Who holds it if all sales so far stand.
    pub holder: Id<OwnerRow>,
    /// The holder's offer.
    pub listing: Option<Listing>,
    pub first_sale: Option<Id<Sale>>,
    last_sale: Option<Id<Sale>>,
}

/// An offer that stands.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    pub position: Id<Outcome>,
    pub session: Id<SessionRow>,
    pub currency: Id<AssetRow>,
    pub price: u128,
}

/// What a buy meets.
pub(super) struct Offer {
    item: Id<ItemRow>,
    pub seller: Id<OwnerRow>,
    pub listing: Listing,
}

/// A listing that was bought.
pub(super) struct Sale {
    pub item: Id<ItemRow>,
    /// The position of the `List`.
    pub listing: Id<Outcome>,
    /// The session that listed it.
    pub session: Id<SessionRow>,
    pub buyer: Id<OwnerRow>,
    /// What the buyer pays.
    pub transfer: Id<Transfer>,
    /// The next sale of the item.
    pub next: Option<Id<Sale>>,
}

/// Items and their sales.
#[derive(Default)]
pub(super) struct Book {
    pub items: Map<ItemRow>,
    pub sales: Rows<Sale>,
}

impl Book {
    pub fn new(opening: &Opening, ledger: &mut Ledger) -> Self {
        let mut items = Map::default();
        items.reserve(opening.items.len());
        for holding in &opening.items {
            let holder = ledger.owner(holding.holder);
            items.insert(ItemRow {
                item: holding.item,
                first_holder: holder,
                holder,
                listing: None,
                first_sale: None,
                last_sale: None,
            });
        }
        Self {
            items,
            sales: Rows::default(),
        }
    }

    /// Offers an item of the owner. The position of the offer that it takes the place of.
    pub fn list(
        &mut self,
        item: &Item,
        owner: Id<OwnerRow>,
        listing: Listing,
    ) -> Result<(Id<ItemRow>, Option<Id<Outcome>>), Outcome> {
        let id = self.items.find(&item).ok_or(Outcome::ItemNotHeld)?;
        let row = &mut self.items[id];
        if row.holder != owner {
            return Err(Outcome::ItemNotHeld);
        }
        let replaced = row.listing.replace(listing);
        Ok((id, replaced.map(|listing| listing.position)))
    }

    /// The offer that the owner can buy, and who makes it.
    pub fn offer(
        &self,
        item: &Item,
        owner: Id<OwnerRow>,
        currency: Id<AssetRow>,
        max_price: u128,
    ) -> Result<Offer, Outcome> {
        let id = self.items.find(&item).ok_or(Outcome::NotListed)?;
        let row = &self.items[id];
        let listing = row.listing.filter(|listing| listing.currency == currency);
        let listing = listing.ok_or(Outcome::NotListed)?;
        if row.holder == owner {
            return Err(Outcome::OwnListing);
        }
        if listing.price > max_price {
            return Err(Outcome::PriceAboveMaximum);
        }
        Ok(Offer {
            item: id,
            seller: row.holder,
            listing,
        })
    }

    /// The id that the next sale gets.
    pub fn next_sale(&self) -> Id<Sale> {
        self.sales.next_id()
    }

    /// Hands the item to who buys it.
    pub fn sell(&mut self, offer: &Offer, buyer: Id<OwnerRow>, transfer: Id<Transfer>) {
        let sale = self.sales.push(Sale {
            item: offer.item,
            listing: offer.listing.position,
            session: offer.listing.session,
            buyer,
            transfer,
            next: None,
        });
        let row = &mut self.items[offer.item];
        (row.listing, row.holder) = (None, buyer);
        match row.last_sale.replace(sale) {
            Some(last) => self.sales[last].next = Some(sale),
            None => row.first_sale = Some(sale),
        }
    }

    /// Takes back the offer that was made at this position, if it still stands.
    pub fn withdraw(&mut self, id: Id<ItemRow>, position: Id<Outcome>) -> bool {
        let listing = &mut self.items[id].listing;
        listing.take_if(|listing| listing.position == position).is_some()
    }
}

impl Keyed for ItemRow {
    type Key<'k> = &'k Item;

    fn key(&self) -> &Item {
        &self.item
    }
}
