//! The beginning and the end of a holding, with everything that belongs to it.
//!
//! Whatever a holder did for a name ends with the tenure: a new holder is not answerable for the wallets and contents of
//! the one before, and does not profit from them.

use crate::{
    events::{self, Event},
    state::{self, Text},
};
use candid::Principal;
use names_api::{
    convert,
    name::Name,
    record::{Key, NameRecord},
};

/// Gives a name that nobody holds to a holder.
pub fn begin(name: Name, owner: Principal, expires_at: u64, now: u64) -> NameRecord {
    state::write(|s| {
        s.configure(|c| c.tenures = c.tenures.saturating_add(1));
        let record = NameRecord {
            owner: owner.as_slice().to_vec(),
            tenure: s.config.get().0.tenures,
            since: now,
            expires_at,
            wallets: vec![],
            name,
        };
        let text = Text::from(&record.name);
        s.owned.insert((owner, text.clone()), ());
        s.skeletons
            .insert((Text(record.name.skeleton()), text.clone()), ());
        s.expiries.insert((expires_at, text), ());
        s.put_name(record.clone());
        record
    })
}

/// Takes a name from its holder: its wallets are unlinked, its contents are history, an offer of it is void.
pub fn end(caller: Principal, record: &NameRecord, reason: &'static str) {
    for link in &record.wallets {
        let wallet = &link.wallet;
        state::write(|s| {
            s.wallets.remove(&Key::Wallet(wallet).label());
            s.uncertify(Key::Wallet(wallet));
        });
        events::record(
            caller,
            Event::WalletUnlinked {
                record,
                wallet,
                reason,
            },
        );
    }
    state::write(|s| {
        let labels = s.labels.keys_range((record.tenure, Text::EMPTY)..);
        let labels: Vec<_> = labels
            .take_while(|(tenure, _)| *tenure == record.tenure)
            .collect();
        for label in labels {
            s.labels.remove(&label);
            s.uncertify(Key::Content(&record.name, &label.1.0));
        }
        let (text, owner) = (Text::from(&record.name), convert::principal(&record.owner));
        s.offers.remove(&text);
        s.owned.remove(&(owner, text.clone()));
        s.skeletons.remove(&(Text(record.name.skeleton()), text.clone()));
        s.expiries.remove(&(record.expires_at, text.clone()));
        s.names.remove(&text);
        s.uncertify(Key::Name(&record.name));
    });
}
