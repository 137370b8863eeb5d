//! What everybody has, computed in the plainest way.

/// Amounts are base units of the one asset; people and items are indices.
pub struct Model {
    pub ledgers: Vec<u64>,
    /// Sent to the vault past the program.
    pub gifts: u64,
    pub items: Vec<Item>,
    /// Whose the fee is, and basis points.
    pub fee: (usize, u16),
    pub paused: bool,
    /// When the last pause began, and when the last that is over ended. Pauses with less than an hour between are one.
    pauses: (i64, i64),
    /// The last batch that is over.
    pub settled: u64,
    /// When it was over: since then it is the next one's turn.
    pub turn_from: i64,
}

pub struct Item {
    /// Whose wallet it comes from and goes to.
    pub home: usize,
    pub place: Place,
    /// Whose the royalty is, and basis points.
    pub royalty: (usize, u16),
    /// The batch that moved it last.
    pub moved_by: u64,
}

pub enum Place {
    Outside,
    Held(usize),
    Listed(Offer),
    Auctioned(Auction),
}

#[derive(Clone, Copy)]
pub struct Offer {
    pub seller: usize,
    pub price: u64,
    pub expires: i64,
    pub terms: Terms,
}

#[derive(Clone, Copy)]
pub struct Auction {
    pub seller: usize,
    pub reserve: u64,
    pub step: u64,
    pub ends: i64,
    pub extension: i64,
    /// Bidder and bid.
    pub best: Option<(usize, u64)>,
    pub terms: Terms,
}

#[derive(Clone, Copy)]
pub struct Terms {
    fee: (usize, u16),
    royalty: (usize, u16),
}

/// Every change says whether it is possible, and happens if it is.
impl Model {
    pub fn new(ledgers: &[u64], homes: &[usize]) -> Self {
        let item = |home: &usize| Item {
            home: *home,
            place: Place::Outside,
            royalty: (0, 0),
            moved_by: 0,
        };
        Self {
            ledgers: ledgers.to_vec(),
            gifts: 0,
            items: homes.iter().map(item).collect(),
            fee: (0, 0),
            paused: false,
            pauses: (0, 0),
            settled: 0,
            turn_from: 0,
        }
    }

    pub fn pause(&mut self, now: i64) {
        self.paused = true;
        if now - self.pauses.1 >= 3_600 {
            self.pauses.0 = now;
        }
    }

    pub fn unpause(&mut self, now: i64) {
        self.paused = false;
        self.pauses.1 = now;
    }

    /// Is an auction over that was to end then?
    fn is_over(&self, ends: i64, now: i64) -> bool {
        let (began, ended) = self.pauses;
        let interrupted = began < ends;
        now >= ends && !(interrupted && (self.paused || now < ended + 3_600))
    }

    /// What auctions hold.
    pub fn escrowed(&self) -> u64 {
        let bids = self.items.iter().map(|item| match item.place {
            Place::Auctioned(Auction {
                best: Some((_, best)),
                ..
            }) => best,
            _ => 0,
        });
        bids.sum()
    }

    pub fn deposit(&mut self, who: usize, amount: u64, pocket: u64) -> bool {
        let possible = !self.paused && 0 < amount && amount <= pocket;
        if possible {
            self.ledgers[who] += amount;
        }
        possible
    }

    pub fn withdraw(&mut self, who: usize, amount: u64) -> bool {
        let possible = 0 < amount && amount <= self.ledgers[who];
        if possible {
            self.ledgers[who] -= amount;
        }
        possible
    }

    pub fn deposit_item(&mut self, at: usize, who: usize) -> bool {
        let item = &mut self.items[at];
        let possible = !self.paused && matches!(item.place, Place::Outside) && item.home == who;
        if possible {
            item.place = Place::Held(who);
        }
        possible
    }

    pub fn withdraw_item(&mut self, at: usize, who: usize) -> bool {
        let possible = self.is_free(at, who);
        if possible {
            self.items[at].place = Place::Outside;
        }
        possible
    }

    pub fn list(&mut self, at: usize, seller: usize, price: u64, expires: i64, now: i64) -> bool {
        let in_time = now < expires && expires <= now + 180 * 86_400;
        let possible = !self.paused && price > 0 && in_time && self.is_free(at, seller);
        if possible {
            self.items[at].place = Place::Listed(Offer {
                seller,
                price,
                expires,
                terms: self.terms(at),
            });
        }
        possible
    }

    pub fn cancel_listing(&mut self, at: usize, by: usize, now: i64) -> bool {
        let Place::Listed(Offer { seller, expires, .. }) = self.items[at].place else {
            return false;
        };
        let possible = by == seller || now >= expires;
        if possible {
            self.items[at].place = Place::Held(seller);
        }
        possible
    }

    pub fn buy(&mut self, at: usize, buyer: usize, max_price: u64, now: i64) -> bool {
        let Place::Listed(offer) = self.items[at].place else {
            return false;
        };
        let open = !self.paused && now < offer.expires;
        let agreed = offer.price <= max_price && offer.price <= self.ledgers[buyer];
        let possible = open && agreed && buyer != offer.seller;
        if possible {
            self.ledgers[buyer] -= offer.price;
            self.pay(offer.seller, offer.price, offer.terms);
            self.items[at].place = Place::Held(buyer);
        }
        possible
    }

    /// `auction` but for its terms and its best bid.
    pub fn auction(&mut self, at: usize, auction: Auction, now: i64) -> bool {
        let in_time = now < auction.ends && auction.ends <= now + 30 * 86_400;
        let bounds = auction.reserve > 0 && auction.step > 0 && auction.extension <= 3_600;
        let possible = !self.paused && in_time && bounds && self.is_free(at, auction.seller);
        if possible {
            self.items[at].place = Place::Auctioned(auction);
        }
        possible
    }

    pub fn bid(&mut self, at: usize, bidder: usize, amount: u64, now: i64) -> bool {
        let Place::Auctioned(auction) = &self.items[at].place else {
            return false;
        };
        let over = self.is_over(auction.ends, now);
        let interrupted = self.pauses.0 < auction.ends;
        let Place::Auctioned(auction) = &mut self.items[at].place else {
            return false;
        };
        let least = match auction.best {
            Some((_, best)) => u128::from(best) + u128::from(auction.step),
            None => auction.reserve.into(),
        };
        let back = match auction.best {
            Some((outbid, best)) if outbid == bidder => best,
            _ => 0,
        };
        let affordable = amount <= self.ledgers[bidder] + back;
        let open = !self.paused && !over;
        let possible = open && bidder != auction.seller && least <= amount.into() && affordable;
        if possible {
            if let Some((outbid, best)) = auction.best {
                self.ledgers[outbid] += best;
            }
            self.ledgers[bidder] -= amount;
            auction.best = Some((bidder, amount));
            if interrupted {
                auction.ends = auction.ends.max(self.pauses.1 + 3_600);
            }
            if auction.ends - now < auction.extension {
                auction.ends = now + auction.extension;
            }
        }
        possible
    }

    pub fn settle(&mut self, at: usize, now: i64) -> bool {
        let Place::Auctioned(auction) = self.items[at].place else {
            return false;
        };
        let waits = self.paused && auction.best.is_some();
        let possible = !waits && self.is_over(auction.ends, now);
        if possible {
            let holder = match auction.best {
                Some((bidder, best)) => {
                    self.pay(auction.seller, best, auction.terms);
                    bidder
                }
                None => auction.seller,
            };
            self.items[at].place = Place::Held(holder);
        }
        possible
    }

    pub fn cancel_auction(&mut self, at: usize, by: usize) -> bool {
        let Place::Auctioned(Auction { seller, best, .. }) = self.items[at].place else {
            return false;
        };
        let possible = by == seller && best.is_none();
        if possible {
            self.items[at].place = Place::Held(seller);
        }
        possible
    }

    /// What a sale would be agreed to now.
    pub fn terms(&self, at: usize) -> Terms {
        Terms {
            fee: self.fee,
            royalty: self.items[at].royalty,
        }
    }

    /// Whether this is the holder of an item that is free.
    pub fn is_free(&self, at: usize, who: usize) -> bool {
        let item = &self.items[at];
        matches!(item.place, Place::Held(holder) if holder == who) && item.moved_by <= self.settled
    }

    fn pay(&mut self, seller: usize, price: u64, terms: Terms) {
        let part = |bps: u16| price * u64::from(bps) / 10_000;
        let (fee, royalty) = (part(terms.fee.1), part(terms.royalty.1));
        self.ledgers[terms.fee.0] += fee;
        self.ledgers[terms.royalty.0] += royalty;
        self.ledgers[seller] += price - fee - royalty;
    }
}
