//! Prepaid cycles: what is charged, when, and how they get there.

mod common;

use candid::{Nat, Principal, encode_args};
use common::{
    CREDITS,
    batch::{Batch, EVM, SOLANA, allowed},
    emulated::{Emulated, me},
    identity, request, wasm,
};
use ic_agent::Identity;
use ic_emulator::Options;
use signer_api::{Chain, Cost, Refusal, Role, SignedClaim};

fn start() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    signer
}

fn credits(signer: &Emulated, of: Principal) -> Nat {
    signer.query("credits", (of,))
}

fn cost(signer: &Emulated) -> Cost {
    let cost: Result<Cost, Refusal> = signer.query("cost", ());
    cost.unwrap()
}

fn grant(signer: &Emulated, who: Principal, cycles: Nat) -> Result<Nat, Refusal> {
    signer.update("grant_credits", (who, cycles)).unwrap()
}

fn claim(signer: &Emulated, n: u8) -> Result<(), Refusal> {
    let signed: Result<SignedClaim, Refusal> = signer.update("sign_claim", (request(n),)).unwrap();
    signed.map(drop)
}

/// A signer whose operator has nothing.
fn poor() -> Emulated {
    let signer = Emulated::with(Options::default(), wasm());
    signer.set("set_role", (me(), Role::Operator, true));
    signer.set("allow_distributor", (common::emulated::distributor(),));
    signer
}

#[test]
fn a_request_is_charged_once_at_the_price_of_its_chain() {
    let signer = start();
    let cost = cost(&signer);
    assert_eq!(cost.margin, Nat::from(signer::credits::MARGIN));
    assert_eq!(
        cost.evm,
        Nat::from(12_000_000_000u64),
        "10 billion and the margin"
    );
    let mut left = Nat::from(CREDITS);
    let batch = |chain: Chain, sequence| Batch::empty(chain, sequence, signer.now());
    for (n, chain, price) in [(1, EVM, &cost.evm), (2, SOLANA, &cost.solana)] {
        let request = batch(chain, 1).request(n);
        signer.sign_batch(&request).unwrap();
        left -= price.clone();
        assert_eq!(credits(&signer, me()), left);
        signer.sign_batch(&request).unwrap();
        assert_eq!(credits(&signer, me()), left, "the same request again is free");
    }
    signer.sign_batch(&batch(EVM, 5).request(3)).unwrap_err();
    assert_eq!(credits(&signer, me()), left, "a refusal is free");
}

#[test]
fn who_has_too_little_is_told_the_price() {
    let signer = poor();
    let price = cost(&signer).evm;
    let too_little = |credits: Nat| {
        Err(Refusal::InsufficientCredits {
            caller: me(),
            price: price.clone(),
            credits,
        })
    };
    assert_eq!(claim(&signer, 1), too_little(Nat::from(0u8)));
    let almost = price.clone() - 1u8;
    grant(&signer, me(), almost.clone()).unwrap();
    assert_eq!(claim(&signer, 1), too_little(almost));
    assert_eq!(grant(&signer, me(), Nat::from(1u8)), Ok(price.clone()));
    claim(&signer, 1).unwrap();
    assert_eq!(claim(&signer, 2), too_little(Nat::from(0u8)));
    claim(&signer, 1).unwrap();
}

#[test]
fn an_administrator_grants_credits_to_operators_only() {
    let signer = start();
    let stranger = identity(3).sender().unwrap();
    let missing = Refusal::RoleMissing {
        caller: stranger,
        role: Role::Operator,
    };
    assert_eq!(grant(&signer, stranger, Nat::from(1u8)), Err(missing));
    let field = "cycles".to_owned();
    let zero = Refusal::Zero { field: field.clone() };
    assert_eq!(grant(&signer, me(), Nat::from(0u8)), Err(zero));
    let wide = Nat::from(u128::MAX) + 1u8;
    let refused = grant(&signer, me(), wide.clone());
    let too_large = |value, max: u128| {
        Err(Refusal::TooLarge {
            field: field.clone(),
            value,
            max: Nat::from(max),
        })
    };
    assert_eq!(refused, too_large(wide, u128::MAX));
    let all = Nat::from(u128::MAX);
    assert_eq!(
        grant(&signer, me(), all.clone()),
        too_large(all, u128::MAX - CREDITS)
    );
    assert_eq!(credits(&signer, me()), Nat::from(CREDITS));
}

#[test]
fn a_canister_deposits_cycles_for_an_operator() {
    let signer = poor();
    let proxy = signer.proxy();
    let balance = || signer.query::<signer_api::Status>("status", ()).cycles;
    let deposit = |cycles: u64, operator: Principal| -> Result<Nat, Refusal> {
        signer.via_proxy_with(cycles, proxy, "deposit_credits", (operator,))
    };
    let before = balance();
    let least = cost(&signer).evm;
    let amount = u64::try_from(&least.0).unwrap();
    assert_eq!(deposit(amount, me()), Ok(least.clone()));
    assert_eq!(credits(&signer, me()), least);
    assert_eq!(balance(), before.clone() + least.clone(), "the canister has them");
    claim(&signer, 1).unwrap();
    assert_eq!(credits(&signer, me()), Nat::from(0u8));

    let few = Refusal::TooFewCycles {
        attached: least.clone() - 1u8,
        least,
    };
    let before = balance();
    assert_eq!(deposit(amount - 1, me()), Err(few));
    let missing = Refusal::RoleMissing {
        caller: proxy,
        role: Role::Operator,
    };
    assert_eq!(deposit(amount, proxy), Err(missing));
    assert_eq!(balance(), before, "what is refused is given back");
    // A message of a user has no cycles, so it is not even taken in.
    let args = encode_args((me(),)).unwrap();
    let rejected = signer
        .emulator
        .update(me(), signer.canister, "deposit_credits", args)
        .unwrap_err();
    assert!(rejected.message.contains("rejected the message"), "{rejected}");
}

#[test]
fn the_margin_is_set_by_an_administrator() {
    let signer = start();
    let before = cost(&signer);
    let set = |margin: Nat| -> Result<(), Refusal> { signer.update("set_margin", (margin,)).unwrap() };
    set(Nat::from(0u8)).unwrap();
    let after = cost(&signer);
    assert_eq!(after.evm, before.evm - before.margin);
    assert_eq!(after.margin, Nat::from(0u8));
    let refused = set(Nat::from(u128::MAX) + 1u8).unwrap_err();
    assert_eq!(refused.rule(), "TooLarge");
    set(Nat::from(u128::MAX)).unwrap();
    let refused = claim(&signer, 1).unwrap_err();
    assert_eq!(
        refused.rule(),
        "InsufficientCredits",
        "nothing wraps around: {refused:?}"
    );
}
