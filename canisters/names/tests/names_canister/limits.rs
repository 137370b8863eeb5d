//! How much one principal may ask for in a day, refusals included.

use crate::common::{Evm, Key, Solana, Timed, request};
use candid::Principal;
use canister_testing::person;
use names_api::{
    Refusal,
    interface::{Action, ChallengeView, ClaimArgs, ClaimState, ClaimView, Limits, NameView, Role},
};
use serde_bytes::ByteBuf;

fn limited(changes_per_day: u32) -> Timed {
    let names = Timed::start();
    limit(&names, changes_per_day);
    names
}

fn limit(names: &Timed, changes_per_day: u32) {
    let limits = Limits {
        changes_per_day,
        ..Limits::default()
    };
    names.ask::<()>(1, "set_limits", (limits,)).unwrap();
}

#[track_caller]
fn is_turned_away(names: &Timed, who: u8, name: &str) {
    let reject = names
        .0
        .update::<Result<NameView, Refusal>>(who, "register", (name, 1u32))
        .unwrap_err();
    assert!(
        reject.message.contains("Canister rejected the message"),
        "{reject}"
    );
}

#[test]
fn refused_changes_count_for_their_principal_until_the_day_ends() {
    let names = limited(2);
    names.register(2, "alice-1").unwrap();
    let refused = names.register(2, "alice-1");
    assert!(matches!(refused, Err(Refusal::NameTaken { .. })), "{refused:?}");
    is_turned_away(&names, 2, "alice-2");
    names
        .register(3, "bob-1")
        .expect("everybody has a count of their own");

    // Calls of canisters are not inspected: the method counts for itself, and says until when.
    let proxy: Principal = names.0.proxy();
    let register =
        |name: &str| -> Result<NameView, Refusal> { names.0.via_proxy(proxy, "register", (name, 1u32)) };
    for _ in 0..2 {
        let refused = register("alice-1");
        assert!(matches!(refused, Err(Refusal::NameTaken { .. })), "{refused:?}");
    }
    let Err(Refusal::TooManyChanges { limit: 2, again_at }) = register("proxy") else {
        panic!("the limit does not hold")
    };
    names.pass(again_at - names.now());
    register("proxy").unwrap();
    names.register(2, "alice-2").unwrap();
}

#[test]
fn bad_signatures_count_as_well() {
    let names = limited(4);
    names.register(2, "alice").unwrap();
    let (key, other) = (Evm::new(7), Evm::new(9));
    let asked = (request(Action::Link, "alice", key.wallet()),);
    let challenge: ChallengeView = names.ask(2, "challenge", asked).unwrap();
    for _ in 0..2 {
        let args = (challenge.nonce, other.sign(&challenge));
        let refused: Result<NameView, _> = names.ask(2, "prove_wallet", args);
        assert!(matches!(refused, Err(Refusal::WrongSigner { .. })), "{refused:?}");
    }
    is_turned_away(&names, 2, "alice-2");
}

#[test]
fn issuers_and_administrators_take_back_as_many_claims_as_there_are() {
    let names = Timed::start();
    let key = Solana::new(8);
    names
        .ask::<()>(1, "set_role", (person(4), Role::Issuer, true))
        .unwrap();
    names.register(2, "alice").unwrap();
    limit(&names, 1);
    let issue = |n: u8| {
        let claim = ClaimArgs {
            id: ByteBuf::from([n; 32]),
            name: "alice".into(),
            wallet: key.wallet(),
            subject: ByteBuf::from([9; 32]),
            amount: 1u8.into(),
            deadline: 4_102_444_800,
        };
        names.ask::<ClaimView>(4, "issue_claim", (claim,)).unwrap()
    };
    let revoke = |who: u8, n: u8| {
        names
            .ask::<ClaimView>(who, "revoke_claim", (ByteBuf::from([n; 32]),))
            .unwrap()
    };
    for n in 1..=4 {
        issue(n);
    }
    for (who, n) in [(4, 1), (4, 2), (1, 3), (1, 4)] {
        assert!(matches!(revoke(who, n).state, ClaimState::Revoked { .. }));
    }
    names
        .register(4, "issuer")
        .expect("what was taken back did not count");
    is_turned_away(&names, 4, "issuer-2");
}
