//! Linking wallets to names, and unlinking them.
//!
//! A wallet has at most one name per chain. Its own fresh signature is stronger than an old link: a wallet that signs
//! for another name moves there, without the former name's holder.

use crate::{
    challenges,
    events::{self, Event},
    registry, signature,
    state::{self, Encoded},
};
use candid::Principal;
use names_api::{
    Refusal,
    challenge::Action,
    convert::{self, wallet_view},
    interface::{NameView, Wallet as GivenWallet, WalletSignature},
    record::{Key, Link, NameRecord, WalletRecord},
    wallet::Wallet,
};

/// Most wallets of a name.
pub const PER_NAME: usize = 16;

/// Does what a challenge is for, with the wallet's signature over it. Each challenge counts once, and some refused
/// signatures close it.
///
/// # Errors
/// Those of [`challenges::open`], [`may`] and [`signature::check`].
pub fn prove(caller: Principal, nonce: u64, given: &WalletSignature) -> Result<NameView, Refusal> {
    let (challenge, record) = challenges::open(caller, nonce)?;
    let scheme = signature::check(&challenge, given)
        .inspect_err(|_| state::write(|s| challenges::refused_signature(s, caller, nonce)))?;
    let wallet = challenge.wallet;
    may(challenge.action, &record, &wallet)?;
    state::write(|s| challenges::close(s, caller, nonce));
    let record = match challenge.action {
        Action::Link => link(caller, record, wallet, scheme),
        Action::Unlink => take(caller, record, wallet, "wallet"),
    };
    Ok(registry::shown(&record))
}

/// Unlinks a wallet by the will of the name's holder.
///
/// # Errors
/// Those of [`registry::held`] and of wallets, [`Refusal::NotLinked`].
pub fn unlink(caller: Principal, name: &str, wallet: &GivenWallet) -> Result<NameView, Refusal> {
    let wallet = convert::wallet(wallet)?;
    let record = registry::held(caller, name)?;
    may(Action::Unlink, &record, &wallet)?;
    let record = take(caller, record, wallet, "holder");
    Ok(registry::shown(&record))
}

/// Whether the link can be made, or ended.
///
/// # Errors
/// [`Refusal::AlreadyLinked`], [`Refusal::TooManyWallets`]; [`Refusal::NotLinked`].
pub fn may(action: Action, record: &NameRecord, wallet: &Wallet) -> Result<(), Refusal> {
    let name = record.name.to_string();
    let linked = record.wallets.iter().any(|link| link.wallet == *wallet);
    match action {
        Action::Link if linked => Err(Refusal::AlreadyLinked {
            name,
            wallet: wallet_view(wallet),
        }),
        Action::Link if record.wallets.len() >= PER_NAME => Err(Refusal::TooManyWallets {
            name,
            limit: PER_NAME as u32,
        }),
        Action::Unlink if !linked => Err(Refusal::NotLinked {
            name,
            wallet: wallet_view(wallet),
        }),
        Action::Link | Action::Unlink => Ok(()),
    }
}

fn link(caller: Principal, mut record: NameRecord, wallet: Wallet, scheme: &'static str) -> NameRecord {
    let label = Key::Wallet(&wallet).label();
    let elsewhere = state::read(|s| {
        let former = s.wallets.get(&label)?.0;
        registry::find(s, &former.name)
    });
    if let Some(former) = elsewhere {
        take(caller, former, wallet, "moved");
    }
    record.wallets.push(Link {
        wallet,
        linked_at: state::now(),
    });
    state::write(|s| {
        let link = WalletRecord {
            name: record.name.clone(),
            tenure: record.tenure,
        };
        let hash = names_api::record::hash(&state::bytes(&link));
        s.tree.insert(label, hash);
        s.wallets.insert(label, Encoded(link));
        s.put_name(record.clone());
    });
    let event = Event::WalletLinked {
        record: &record,
        wallet: &wallet,
        scheme,
    };
    events::record(caller, event);
    record
}

/// Ends a link.
fn take(caller: Principal, mut record: NameRecord, wallet: Wallet, reason: &'static str) -> NameRecord {
    record.wallets.retain(|link| link.wallet != wallet);
    state::write(|s| {
        s.wallets.remove(&Key::Wallet(&wallet).label());
        s.uncertify(Key::Wallet(&wallet));
        s.put_name(record.clone());
    });
    let event = Event::WalletUnlinked {
        record: &record,
        wallet: &wallet,
        reason,
    };
    events::record(caller, event);
    record
}

/// The name that a wallet is linked to; none when that name does not count now.
///
/// # Errors
/// Those of malformed wallets.
pub fn name_of(wallet: &GivenWallet) -> Result<Option<NameView>, Refusal> {
    let wallet = convert::wallet(wallet)?;
    let link = state::read(|s| s.wallets.get(&Key::Wallet(&wallet).label()));
    let record = link.and_then(|link| registry::active(&link.0.name).ok());
    Ok(record.as_ref().map(registry::shown))
}
