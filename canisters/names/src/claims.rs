//! One-time vouchers bound to a name and a wallet.
//!
//! An issuer registers a claim; the name's holder redeems it once, by naming the wallet, which must be linked to the
//! name at that time. Who pays reads the redeemed claim with its proof. The canister itself pays nothing.

use crate::{
    events::{self, Event},
    registry, roles,
    state::{self, Encoded},
};
use candid::Principal;
use names_api::{
    Refusal,
    challenge::Action,
    convert::{self, wallet_view},
    interface::{ClaimArgs, ClaimView, Role, Wallet},
    record::{ClaimRecord, ClaimState},
};
use serde_bytes::ByteBuf;

/// Issues a claim to the present holder of a name.
///
/// # Errors
/// Those of names and wallets, [`Refusal::WrongLength`], [`Refusal::TooLarge`], [`Refusal::ClaimExpired`],
/// [`Refusal::ClaimExists`].
pub fn issue(caller: Principal, args: &ClaimArgs) -> Result<ClaimView, Refusal> {
    let now = state::now();
    let id = convert::bytes("id", &args.id)?;
    let wallet = convert::wallet(&args.wallet)?;
    let subject = convert::bytes("subject", &args.subject)?;
    let amount = convert::amount("amount", &args.amount)?;
    let holding = registry::active(&convert::name(&args.name)?)?;
    if args.deadline <= now {
        return Err(Refusal::ClaimExpired {
            deadline: args.deadline,
            now,
        });
    }
    if state::read(|s| s.claims.contains_key(&id)) {
        return Err(Refusal::ClaimExists { id: args.id.clone() });
    }
    let record = ClaimRecord {
        id,
        name: holding.name,
        tenure: holding.tenure,
        wallet,
        subject,
        amount,
        deadline: args.deadline,
        issuer: caller.as_slice().to_vec(),
        issued_at: now,
        state: ClaimState::Open,
    };
    put(&record);
    events::record(caller, Event::ClaimIssued(&record));
    Ok(convert::claim_view(&record))
}

/// Redeems a claim.
///
/// # Errors
/// [`Refusal::ClaimUnknown`], [`Refusal::ClaimClosed`], those of [`registry::held`], [`Refusal::ClaimTenure`],
/// [`Refusal::ClaimWallet`], [`Refusal::NotLinked`], [`Refusal::ClaimExpired`].
pub fn redeem(caller: Principal, id: &ByteBuf, wallet: &Wallet) -> Result<ClaimView, Refusal> {
    let given = convert::wallet(wallet)?;
    let mut record = open(id)?;
    let holding = registry::held(caller, record.name.as_str())?;
    if holding.tenure != record.tenure {
        return Err(Refusal::ClaimTenure {
            id: id.clone(),
            issued_for: record.tenure,
            tenure: holding.tenure,
        });
    }
    if given != record.wallet {
        return Err(Refusal::ClaimWallet {
            id: id.clone(),
            wallet: wallet_view(&record.wallet),
        });
    }
    // Linked is what could be unlinked.
    crate::wallets::may(Action::Unlink, &holding, &given)?;
    let now = state::now();
    if record.deadline < now {
        return Err(Refusal::ClaimExpired {
            deadline: record.deadline,
            now,
        });
    }
    record.state = ClaimState::Redeemed { at: now };
    put(&record);
    events::record(caller, Event::ClaimRedeemed(&record));
    Ok(convert::claim_view(&record))
}

/// Takes a claim back that was not redeemed.
///
/// # Errors
/// [`Refusal::ClaimUnknown`], [`Refusal::ClaimClosed`], [`Refusal::NotIssuer`].
pub fn revoke(caller: Principal, id: &ByteBuf) -> Result<ClaimView, Refusal> {
    let mut record = open(id)?;
    let issuer = convert::principal(&record.issuer);
    let own = issuer == caller && roles::has(caller, Role::Issuer);
    if !own && !roles::has(caller, Role::Admin) {
        return Err(Refusal::NotIssuer {
            id: id.clone(),
            issuer,
        });
    }
    record.state = ClaimState::Revoked { at: state::now() };
    put(&record);
    events::record(caller, Event::ClaimRevoked(&record));
    Ok(convert::claim_view(&record))
}

fn find(id: &ByteBuf) -> Result<Option<ClaimRecord>, Refusal> {
    let id: [u8; 32] = convert::bytes("id", id)?;
    Ok(state::read(|s| s.claims.get(&id)).map(|record| record.0))
}

fn open(id: &ByteBuf) -> Result<ClaimRecord, Refusal> {
    match find(id)? {
        None => Err(Refusal::ClaimUnknown { id: id.clone() }),
        Some(record) if record.state == ClaimState::Open => Ok(record),
        Some(_) => Err(Refusal::ClaimClosed { id: id.clone() }),
    }
}

fn put(record: &ClaimRecord) {
    state::write(|s| {
        s.certify(record);
        s.claims.insert(record.id, Encoded(record.clone()));
    });
}

/// What is known of a claim.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn view(id: &ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    Ok(find(id)?.as_ref().map(convert::claim_view))
}
