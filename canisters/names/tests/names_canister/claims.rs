//! Claims: one-time vouchers bound to a name and a wallet.

use crate::common::{Evm, Key, Names, Timed, principal};
use candid::Nat;
use ic_agent::Agent;
use names_api::{
    Refusal,
    interface::{ClaimArgs, ClaimState, ClaimView, NameView, Role},
};
use serde_bytes::ByteBuf;

/// The year 2100.
const LATER: u64 = 4_102_444_800;

fn claim(n: u8, key: &Evm) -> ClaimArgs {
    ClaimArgs {
        id: ByteBuf::from([n; 32]),
        name: "alice".into(),
        wallet: key.wallet(),
        subject: ByteBuf::from([0xaa; 32]),
        amount: Nat::from(1000u32),
        deadline: LATER,
    }
}

struct Claims {
    names: Names,
    issuer: Agent,
    key: Evm,
}

impl Claims {
    /// Alice holds a name with one wallet.
    async fn start() -> Self {
        let names = Names::start().await;
        let (issuer, key) = (names.agent(4), Evm::new(7));
        names.grant(&issuer, Role::Issuer).await;
        names.register(&names.alice, "alice").await.unwrap();
        names.link(&names.alice, "alice", &key).await.unwrap();
        Self { names, issuer, key }
    }

    async fn issue(&self, args: ClaimArgs) -> Result<ClaimView, Refusal> {
        self.names.ask(&self.issuer, "issue_claim", (args,)).await
    }

    async fn redeem(&self, who: &Agent, n: u8) -> Result<ClaimView, Refusal> {
        let args = (ByteBuf::from([n; 32]), self.key.wallet());
        self.names.ask(who, "redeem_claim", args).await
    }
}

#[tokio::test]
async fn a_claim_is_redeemed_once_by_the_names_holder() {
    let claims = Claims::start().await;
    let (names, alice) = (&claims.names, &claims.names.alice);
    let issued = claims.issue(claim(1, &claims.key)).await.unwrap();
    assert_eq!(issued.state, ClaimState::Open);
    assert_eq!(issued.issuer, principal(&claims.issuer));
    let stranger = claims.redeem(&names.bob, 1).await;
    assert!(matches!(stranger, Err(Refusal::NotHolder { .. })), "{stranger:?}");
    let redeemed = claims.redeem(alice, 1).await.unwrap();
    assert!(matches!(redeemed.state, ClaimState::Redeemed { at } if at >= issued.issued_at));
    let id = ByteBuf::from([1; 32]);
    let closed = Err(Refusal::ClaimClosed { id: id.clone() });
    assert_eq!(claims.redeem(alice, 1).await, closed);
    let revoked: Result<ClaimView, _> = names.ask(&claims.issuer, "revoke_claim", (id.clone(),)).await;
    assert_eq!(revoked, closed);
    let again = claims.issue(claim(1, &claims.key)).await;
    assert_eq!(again, Err(Refusal::ClaimExists { id: id.clone() }));
    let kept: Result<Option<ClaimView>, Refusal> = names.query("claim", (id,)).await;
    assert_eq!(kept.unwrap(), Some(redeemed));
    let unknown = claims.redeem(alice, 2).await;
    assert!(
        matches!(unknown, Err(Refusal::ClaimUnknown { .. })),
        "{unknown:?}"
    );
    assert_eq!(names.blocks_of("claim_redeemed").await.len(), 1);
}

#[tokio::test]
async fn only_issuers_issue() {
    let claims = Claims::start().await;
    for who in [&claims.names.alice, &claims.names.admin, &claims.names.anonymous] {
        claims
            .names
            .turned_away(who, "issue_claim", (claim(1, &claims.key),))
            .await;
    }
    assert_eq!(claims.names.status().await.claims, 0);
}

#[tokio::test]
async fn malformed_claims_are_refused_by_the_rule_they_break() {
    let claims = Claims::start().await;
    let wrong = async |change: &dyn Fn(&mut ClaimArgs)| {
        let mut args = claim(1, &claims.key);
        change(&mut args);
        claims.issue(args).await.unwrap_err()
    };
    let length = |field: &str, expected, actual| Refusal::WrongLength {
        field: field.into(),
        expected,
        actual,
    };
    assert_eq!(
        wrong(&|c| c.id = ByteBuf::from([1; 31])).await,
        length("id", 32, 31)
    );
    assert_eq!(
        wrong(&|c| c.subject = ByteBuf::from([1; 33])).await,
        length("subject", 32, 33)
    );
    let wide = wrong(&|c| c.amount = Nat::from(u128::MAX) + 1u8).await;
    assert!(matches!(wide, Refusal::TooLarge { .. }), "{wide:?}");
    let late = wrong(&|c| c.deadline = 1_700_000_000).await;
    assert!(matches!(late, Refusal::ClaimExpired { .. }), "{late:?}");
    let nobody = wrong(&|c| c.name = "nobody".into()).await;
    assert!(matches!(nobody, Refusal::NameUnknown { .. }), "{nobody:?}");
    assert!(matches!(
        wrong(&|c| c.name = "a".into()).await,
        Refusal::NameLength { .. }
    ));
    assert_eq!(claims.names.status().await.claims, 0);
}

#[tokio::test]
async fn a_claim_is_for_its_wallet_while_that_is_linked() {
    let claims = Claims::start().await;
    let (names, alice) = (&claims.names, &claims.names.alice);
    let other = Evm::new(9);
    names.link(alice, "alice", &other).await.unwrap();
    claims.issue(claim(1, &claims.key)).await.unwrap();
    let by_other: Result<ClaimView, _> = names
        .ask(alice, "redeem_claim", (ByteBuf::from([1; 32]), other.wallet()))
        .await;
    let expected = Refusal::ClaimWallet {
        id: ByteBuf::from([1; 32]),
        wallet: claims.key.wallet(),
    };
    assert_eq!(by_other, Err(expected));
    names
        .ask::<NameView>(alice, "unlink_wallet", ("alice", claims.key.wallet()))
        .await
        .unwrap();
    let unlinked = claims.redeem(alice, 1).await;
    assert!(matches!(unlinked, Err(Refusal::NotLinked { .. })), "{unlinked:?}");
    names.link(alice, "alice", &claims.key).await.unwrap();
    claims.redeem(alice, 1).await.unwrap();
}

#[tokio::test]
async fn a_claim_is_taken_back_by_its_issuer_or_an_administrator() {
    let claims = Claims::start().await;
    let names = &claims.names;
    let revoke = async |who: &Agent, n: u8| {
        names
            .ask::<ClaimView>(who, "revoke_claim", (ByteBuf::from([n; 32]),))
            .await
    };
    claims.issue(claim(1, &claims.key)).await.unwrap();
    claims.issue(claim(2, &claims.key)).await.unwrap();
    names.grant(&names.bob, Role::Issuer).await;
    let other = revoke(&names.bob, 1).await;
    assert!(matches!(other, Err(Refusal::NotIssuer { .. })), "{other:?}");
    let stranger = (ByteBuf::from([1; 32]),);
    names.turned_away(&names.alice, "revoke_claim", stranger).await;
    assert!(matches!(
        revoke(&claims.issuer, 1).await.unwrap().state,
        ClaimState::Revoked { .. }
    ));
    revoke(&names.admin, 2).await.unwrap();
    let closed = claims.redeem(&names.alice, 1).await;
    assert!(matches!(closed, Err(Refusal::ClaimClosed { .. })), "{closed:?}");
}

#[tokio::test]
async fn a_new_holder_does_not_inherit_claims() {
    let claims = Claims::start().await;
    let names = &claims.names;
    let issued = claims.issue(claim(1, &claims.key)).await.unwrap();
    let offer = ("alice", principal(&names.bob));
    names
        .ask::<u64>(&names.alice, "offer_transfer", offer)
        .await
        .unwrap();
    let after: NameView = names
        .ask(&names.bob, "accept_transfer", ("alice",))
        .await
        .unwrap();
    names.link(&names.bob, "alice", &claims.key).await.unwrap();
    let expected = Refusal::ClaimTenure {
        id: ByteBuf::from([1; 32]),
        issued_for: issued.tenure,
        tenure: after.tenure,
    };
    assert_eq!(claims.redeem(&names.bob, 1).await, Err(expected));
}

#[test]
fn a_claim_is_redeemed_until_its_deadline() {
    let names = Timed::start();
    let key = Evm::new(7);
    names
        .ask::<()>(1, "set_role", (canister_testing::person(4), Role::Issuer, true))
        .unwrap();
    names.register(2, "alice").unwrap();
    names.link(2, "alice", &key).unwrap();
    for n in 1..=2 {
        let args = ClaimArgs {
            deadline: names.now() + 100,
            ..claim(n, &key)
        };
        names.ask::<ClaimView>(4, "issue_claim", (args,)).unwrap();
    }
    let redeem = |n: u8| names.ask::<ClaimView>(2, "redeem_claim", (ByteBuf::from([n; 32]), key.wallet()));
    names.pass(99);
    redeem(1).unwrap();
    names.pass(3);
    let late = redeem(2);
    assert!(matches!(late, Err(Refusal::ClaimExpired { .. })), "{late:?}");
}
