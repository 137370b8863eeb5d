//! Which calls of users are taken in, and that the methods do not rely on it.

use crate::common::{Evm, Key, Timed, content, request};
use candid::{CandidType, Principal, encode_args, utils::ArgumentEncoder};
use canister_testing::person;
use names::roles;
use names_api::{
    Refusal,
    interface::{Action, ChallengeView, ClaimArgs, ClaimView, ContentView, Limits, Lookup, NameView, Role},
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

fn claim() -> ClaimArgs {
    ClaimArgs {
        id: ByteBuf::from([1; 32]),
        name: "alice".into(),
        wallet: Evm::new(7).wallet(),
        subject: ByteBuf::from([2; 32]),
        amount: 1u8.into(),
        deadline: 4_102_444_800,
    }
}

/// Every method with a role: the roles that open it, and a well-formed argument.
fn guarded() -> [(&'static str, &'static [Role], Vec<u8>); 8] {
    let nothing = encode_args(()).unwrap();
    let grant = (person(9), Role::Guardian, true);
    let name = encode_args(("novate",)).unwrap();
    [
        ("issue_claim", &[Role::Issuer], encode_args((claim(),)).unwrap()),
        (
            "revoke_claim",
            &[Role::Issuer, Role::Admin],
            encode_args((claim().id,)).unwrap(),
        ),
        ("set_role", &[Role::Admin], encode_args(grant).unwrap()),
        (
            "set_limits",
            &[Role::Admin],
            encode_args((Limits::default(),)).unwrap(),
        ),
        ("reserve_name", &[Role::Admin], name.clone()),
        ("unreserve_name", &[Role::Admin], name),
        ("pause", &[Role::Guardian, Role::Admin], nothing.clone()),
        ("resume", &[Role::Admin], nothing),
    ]
}

/// Methods for everybody, with what they answer to a canister that holds no name.
const OPEN: [&str; 11] = [
    "register",
    "renew",
    "release",
    "offer_transfer",
    "cancel_transfer",
    "accept_transfer",
    "challenge",
    "prove_wallet",
    "unlink_wallet",
    "set_content",
    "redeem_claim",
];

fn is_taken_in(names: &Timed, who: Principal, method: &str, args: Vec<u8>) -> bool {
    match names.0.emulator.update(who, names.0.canister, method, args) {
        Ok(_) => true,
        Err(reject) => !reject.message.contains("Canister rejected the message"),
    }
}

#[test]
fn each_method_asks_for_its_own_roles() {
    for role in Role::ALL {
        let names = Timed::start();
        names.ask::<()>(1, "set_role", (person(3), role, true)).unwrap();
        for (method, roles, args) in guarded() {
            assert_eq!(
                is_taken_in(&names, person(3), method, args.clone()),
                roles.contains(&role),
                "{method} by {role:?}"
            );
            for stranger in [Principal::anonymous(), person(8)] {
                assert!(!is_taken_in(&names, stranger, method, args.clone()), "{method}");
            }
        }
    }
}

#[test]
fn nobody_and_long_arguments_are_turned_away_from_every_method() {
    let names = Timed::start();
    let blob = |length: usize| encode_args((ByteBuf::from(vec![0; length]),)).unwrap();
    let overhead = blob(1000).len() - 1000;
    for method in OPEN {
        assert!(
            !is_taken_in(&names, Principal::anonymous(), method, blob(1)),
            "{method}"
        );
        assert!(
            is_taken_in(&names, person(3), method, blob(2048 - overhead)),
            "{method}"
        );
        assert!(
            !is_taken_in(&names, person(3), method, blob(2049 - overhead)),
            "{method}"
        );
    }
}

#[test]
fn queries_as_updates_and_unknown_methods_are_turned_away() {
    let names = Timed::start();
    let queries = [
        "name",
        "names_of",
        "name_of_wallet",
        "open_challenge",
        "content",
        "contents_of",
        "content_history",
        "claim",
        "certified",
        "reserved_names",
        "status",
        "http_request",
        "icrc3_get_blocks",
        "icrc3_get_tip_certificate",
        "icrc3_supported_block_types",
        "icrc3_get_archives",
        "icrc10_supported_standards",
        "no_such_method",
    ];
    for method in queries {
        let args = encode_args(("alice",)).unwrap();
        assert!(!is_taken_in(&names, person(1), method, args), "{method}");
    }
}

/// Calls of canisters are not inspected, so they meet the method's own check.
#[test]
fn a_canister_without_the_role_is_refused_by_the_method() {
    let names = Timed::start();
    names.register(2, "alice").unwrap();
    let proxy = names.0.proxy();
    let before = names.status().log_length;
    let missing = |role| Refusal::RoleMissing { caller: proxy, role };
    fn call<T: CandidType + DeserializeOwned>(
        names: &Timed,
        proxy: Principal,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, Refusal> {
        names.0.via_proxy(proxy, method, args)
    }
    let grant = (proxy, Role::Admin, true);
    assert_eq!(
        call::<()>(&names, proxy, "set_role", grant),
        Err(missing(Role::Admin))
    );
    let limits = (Limits::default(),);
    assert_eq!(
        call::<()>(&names, proxy, "set_limits", limits),
        Err(missing(Role::Admin))
    );
    for method in ["reserve_name", "unreserve_name"] {
        assert_eq!(
            call::<()>(&names, proxy, method, ("novate",)),
            Err(missing(Role::Admin))
        );
    }
    for method in ["pause", "resume"] {
        assert_eq!(call::<()>(&names, proxy, method, ()), Err(missing(Role::Admin)));
    }
    let issued: Result<ClaimView, _> = call(&names, proxy, "issue_claim", (claim(),));
    assert_eq!(issued, Err(missing(Role::Issuer)));
    let revoked: Result<ClaimView, _> = call(&names, proxy, "revoke_claim", (claim().id,));
    assert_eq!(revoked, Err(missing(Role::Admin)));

    let holder = Err(Refusal::NotHolder {
        name: "alice".into(),
        owner: person(2),
        caller: proxy,
    });
    assert_eq!(call::<()>(&names, proxy, "release", ("alice",)), holder);
    let set: Result<ContentView, _> = call(&names, proxy, "set_content", (content("alice", "site", 1),));
    assert_eq!(set.map(drop), holder);
    let args = (request(Action::Link, "alice", Evm::new(7).wallet()),);
    let asked: Result<ChallengeView, _> = call(&names, proxy, "challenge", args);
    assert_eq!(asked.map(drop), holder);
    assert_eq!(names.status().log_length, before, "a refusal leaves nothing");
}

#[test]
fn a_canister_may_hold_a_name() {
    let names = Timed::start();
    let proxy = names.0.proxy();
    let made: Result<NameView, Refusal> = names.0.via_proxy(proxy, "register", ("proxy", 1u32));
    assert_eq!(made.unwrap().owner, proxy);
}

/// A certificate exists in queries alone; a canister that calls gets none.
#[test]
fn a_proof_is_for_queries() {
    let names = Timed::start();
    let proxy = names.0.proxy();
    let answer: Result<names_api::interface::Certified, Refusal> =
        names
            .0
            .via_proxy(proxy, "certified", (Lookup::Name("alice".into()),));
    assert_eq!(answer, Err(Refusal::NotAQuery));
}

/// No canister is anonymous, so only the guard itself can be asked.
#[test]
fn the_guard_refuses_the_anonymous_principal() {
    assert_eq!(roles::somebody(Principal::anonymous()), Err(Refusal::Anonymous));
    assert_eq!(roles::somebody(person(1)), Ok(person(1)));
}
